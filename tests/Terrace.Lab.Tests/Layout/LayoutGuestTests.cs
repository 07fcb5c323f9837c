using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace layout</c> on the memory of a real QEMU, named by its process.</summary>
public sealed class LayoutGuestTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task The_memory_of_a_guest_is_laid_out_by_guest_address_whether_it_is_shared_private_or_of_huge_pages()
    {
        await using LabMachine vm = await HotGuest.BootAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G,cxl:512M,pmem:512M") });
        LabResult result = await vm.RunAsync(
            """
            trap 'jobs -p > /tmp/left; kill -9 $(cat /tmp/left) 2> /dev/null' EXIT
            guest() {
                qemu-system-x86_64 -accel kvm -M pc,memory-backend=m -m 64 -object $1,id=m,size=64M,prealloc=on \
                    -nodefaults -display none -S -L /tmp/firmware > /tmp/qemu.log 2>&1 & q=$!
                n=0; until [ "$(awk '/^VmRSS|^HugetlbPages/ { sum += $2 } END { print sum }' /proc/$q/status)" -gt 90000 ]; do
                    sleep 0.5; n=$((n + 1))
                    [ $n -lt 120 ] && kill -0 $q || { cat /tmp/qemu.log >&2; exit 90; }
                done
                sleep 3
            }
            # Pages of the one mapping that is as large as the guest, by node.
            nodes() {
                awk -v all=${1:-16384} '$1 ~ /^[0-9a-f]+$/ {
                    line = ""; pages = 0
                    for (i = 2; i <= NF; i++) if ($i ~ /^N[0-9]+=/) { line = line $i " "; split($i, part, "="); pages += part[2] }
                    if (pages == all) print line
                }' /proc/$q/numa_maps | sed 's/ $//'
            }
            is() { [ "$2" = "$3" ] || { echo "$1: '$2' is not '$3'" >&2; cat /tmp/out /proc/$q/numa_maps >&2; exit 91; }; }

            guest memory-backend-memfd
            terrace layout push $q --node 2 > /tmp/out 2>&1; is 'exit code' $? 0
            is 'shared, pushed' "$(nodes)" 'N2=16384'
            terrace layout set $q 0..16MiB=1 > /tmp/out 2>&1; is 'exit code' $? 0
            is 'shared, set' "$(nodes)" 'N1=4096 N2=12288'
            terrace layout push $q --node 1 --rate-limit 16M > /tmp/out 2>&1 & change=$!
            n=0; until [ "$(nodes)" != 'N1=4096 N2=12288' ]; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 150 ] || { cat /tmp/out >&2; exit 92; }
            done
            kill -9 $q; wait $change; is 'exit code of a guest that ended' $? 66
            grep -q "process $q has ended" /tmp/out || { cat /tmp/out >&2; exit 10; }

            guest memory-backend-ram
            terrace layout push $q --node 2 > /tmp/out 2>&1; is 'exit code' $? 0
            is 'private, pushed' "$(nodes)" 'N2=16384'
            grep -q 'note: this memory is private to its process' /tmp/out || { cat /tmp/out >&2; exit 11; }
            kill -9 $q; wait $q

            # Huge pages of hugetlbfs, shared: 32 of 2 MiB. numa_maps counts them in huge pages.
            # Nodes 1 and 2 have none to spare: the kernel makes them.
            mount -t hugetlbfs none /mnt && echo 40 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages
            is 'huge pages' "$(cat /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages)" 40
            guest memory-backend-file,mem-path=/mnt,share=on
            terrace layout push $q --node 2 > /tmp/out 2>&1; is 'exit code' $? 0
            is 'huge, pushed' "$(nodes 32)" 'N2=32'
            grep -q 'or on hugetlbfs' /tmp/out || { cat /tmp/out >&2; exit 12; }
            terrace layout set $q 0..16MiB=1 16MiB..32MiB=0 > /tmp/out 2>&1; is 'exit code' $? 0
            is 'huge, set' "$(nodes 32)" 'N0=8 N1=8 N2=16'
            # A layout that divides them is in force as far as it can be, and says so.
            terrace layout stripe $q --nodes 1,2 --block 1MiB > /tmp/out 2>&1; is 'exit code' $? 75
            grep -q 'huge pages need blocks of 2MiB' /tmp/out || { cat /tmp/out >&2; exit 13; }
            exit 0
            """,
            TimeSpan.FromMinutes(4),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
