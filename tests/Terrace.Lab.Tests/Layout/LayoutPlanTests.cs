using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// <c>terrace layout plan</c>: what is hot comes to the fast node in whole blocks, and serves as many accesses as was said
/// before.
/// </summary>
[Collection("lab")]
public sealed class LayoutPlanTests(LayoutMachine lab) : IClassFixture<LayoutMachine>
{
    [Fact]
    public Task A_plan_changes_nothing_until_it_is_applied_and_then_the_hot_part_of_a_file_is_in_fast_memory() => lab.RunAsync("""
        start hot terrace exercise --size 128M --hot 20% --share 100% --contiguous --shared /dev/shm/p; hot=$pid
        code 0 terrace layout push /dev/shm/p --node 2
        code 0 terrace layout plan /dev/shm/p --fast 30% --scans 5 --interval 300ms --output /tmp/plan.yaml
        said 'terrace layout apply /dev/shm/p /tmp/plan.yaml carries it out'
        said 'accesses served by it  *0.0 %'
        is 'only planned' "$(nodes $hot /dev/shm/p)" 'N2=32768'
        code 0 terrace layout apply /dev/shm/p /tmp/plan.yaml
        fast=$(nodes $hot /dev/shm/p | sed -n 's/^N0=\([0-9]*\) N2=.*/\1/p')
        [ "$fast" -ge 6553 ] && [ "$fast" -le 9830 ] || { nodes $hot /dev/shm/p >&2; cat /tmp/plan.yaml >&2; exit 10; }
        # The exercise counts for itself which node served its accesses.
        n=0; until awk "BEGIN { exit !($(tail -n 1 /tmp/hot.jsonl | sed 's/.*"fastShare":\([0-9.]*\).*/\1/') > 0.98) }"; do
            sleep 0.5; n=$((n + 1))
            [ $n -lt 20 ] || { tail -n 2 /tmp/hot.jsonl >&2; exit 11; }
        done
        code 0 terrace layout plan /dev/shm/p --fast 30% --scans 5 --interval 300ms --apply --json
        # While a scan looks one page is lent to another node, which flushes TLBs: it may be seen there.
        [ $(($(field upPages) + $(field downPages))) -le 1 ] || { cat /tmp/out >&2; exit 13; }
        awk "BEGIN { exit !($(field fastAccessesNow) > 0.98) }" || { cat /tmp/out >&2; exit 12; }
        code 69 terrace layout plan $hot
        said "terrace manage --pid $hot"
        end $hot
        code 69 terrace layout plan /dev/shm/p --scans 1
        said 'no process shares /dev/shm/p'
        """);

    [Fact]
    [Trait("Category", "Long")]
    public async Task The_hot_memory_of_a_guest_is_planned_by_guest_address_from_what_the_guest_itself_accesses()
    {
        await using LabMachine vm = await HotGuest.BootAsync(new LabSpec());
        LabResult result = await vm.RunAsync(
            """
            echo never > /sys/kernel/mm/transparent_hugepage/enabled
            qemu-system-x86_64 -accel kvm -M q35,memory-backend=m -m 64 -object memory-backend-memfd,id=m,size=64M \
                -nodefaults -display none -kernel /tmp/image -L /tmp/firmware > /tmp/qemu.log 2>&1 & qemu=$!
            n=0; until [ $(awk '/^VmRSS/ { print $2 }' /proc/$qemu/status) -gt 80000 ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 80 ] || { cat /tmp/qemu.log >&2; exit 10; }
            done
            terrace layout push $qemu --node 1 > /tmp/out 2>&1 || { cat /tmp/out >&2; exit 11; }
            terrace layout plan $qemu --fast 30% --scans 5 --interval 300ms --apply --json || exit 12
            terrace layout show $qemu --json || exit 13
            kill $qemu
            exit 0
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        string[] lines = result.Stdout.Split('\n');
        using JsonDocument plan = JsonDocument.Parse(lines[0]);
        Assert.Equal(
            "second-level",
            Assert.Single(plan.RootElement.GetProperty("processes").EnumerateArray().ToArray()).GetProperty("tracker").GetString());

        // QEMU's own accesses to a page or two of it count as well.
        Assert.InRange(plan.RootElement.GetProperty("fastAccessesNow").GetDouble(), 0, 0.01);
        Assert.True(plan.RootElement.GetProperty("fastAccessesThen").GetDouble() > 0.98, lines[0]);
        Assert.Equal("done", plan.RootElement.GetProperty("applied").GetProperty("outcome").GetString());

        using JsonDocument shown = JsonDocument.Parse(lines[1]);
        Assert.Equal(0, shown.RootElement.GetProperty("elsewherePages").GetInt64());
        JsonElement hot = Assert.Single(
            shown.RootElement.GetProperty("ranges").EnumerateArray().ToArray(), range => range.GetProperty("node").GetInt32() == 0);
        Assert.Equal((HotGuest.HotFrom, HotGuest.HotTo), (hot.GetProperty("start").GetInt64(), hot.GetProperty("end").GetInt64()));
    }
}
