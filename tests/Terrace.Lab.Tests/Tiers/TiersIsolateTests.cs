using System.Globalization;
using System.Text.RegularExpressions;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace tiers isolate</c>: on real control groups.</summary>
[Collection("lab")]
public sealed class TiersIsolateTests(LabFixture lab)
{
    [Fact]
    public async Task Groups_are_kept_to_fast_memory_their_pages_come_up_and_undo_gives_back_what_they_had()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            """
            cd /sys/fs/cgroup; mkdir system.slice user.slice machine.slice
            echo 1 > system.slice/cpuset.mems; echo 0-1 > user.slice/cpuset.mems
            sh -c 'echo $$ > /sys/fs/cgroup/machine.slice/cgroup.procs; exec sleep 1000' & q=$!
            sh -c 'echo $$ > /sys/fs/cgroup/system.slice/cgroup.procs; exec terrace exercise --size 64M --no-measure' >/dev/null & p=$!
            slow() { awk '$1 == "anon" { sub("N1=", "", $3); print int($3 / 1048576) }' system.slice/memory.numa_stat; }
            until [ "$(slow)" -ge 64 ]; do sleep 0.2; done
            echo 0-1 > system.slice/cpuset.mems
            terrace tiers isolate --except machine.slice 2>/tmp/refusal; echo "code $?"; sed 's/[0-9.]* [KMG]iB/SIZE/g' /tmp/refusal
            echo "mems [$(cat system.slice/cpuset.mems)] [$(cat user.slice/cpuset.mems)]"; ls /run/terrace 2>/dev/null | grep isolate
            terrace tiers isolate --except 'mach*' --yes | grep slice
            until [ "$(slow)" -lt 4 ]; do sleep 0.2; done
            echo "mems [$(cat system.slice/cpuset.mems)] [$(cat user.slice/cpuset.mems)] [$(cat machine.slice/cpuset.mems)]"
            terrace tiers isolate --yes | grep slice
            terrace tiers | grep isolated
            grep -c before /run/terrace/isolate-before.json
            terrace tiers isolate --undo
            whole=$(cmp -s machine.slice/cpuset.mems /sys/devices/system/node/possible && echo all)
            echo "mems [$(cat system.slice/cpuset.mems)] [$(cat user.slice/cpuset.mems)] [$whole] slow $(( $(slow) < 4 ))"
            ls /run/terrace | grep isolate
            terrace tiers isolate --undo 2>&1; echo "code $?"
            { kill $p $q; wait; } 2>/dev/null
            for group in system user machine; do rmdir $group.slice; done
            """,
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.Stderr.Length == 0, result.Stderr);
        const string Refusal = "these groups have pages in slow memory, and the kernel moves them up when their nodes are set: "
            + "system.slice SIZE; SIZE of fast memory is free — add --yes, or leave groups out with --except";
        Assert.Equal(
            $"""
            code 2
            terrace: {Refusal}
            mems [0-1] [0-1]
            system.slice: kept to nodes 0
            user.slice: kept to nodes 0
            machine.slice: left out by --except
            mems [0] [0] []
            machine.slice: kept to nodes 0
            system.slice: already kept to fast nodes
            user.slice: already kept to fast nodes
            isolated to nodes 0: system.slice, user.slice, machine.slice
            3
            system.slice: back to 0-1
            user.slice: back to 0-1
            machine.slice: back to all nodes
            mems [0-1] [0-1] [all] slow 1
            terrace: nothing is isolated: there is no /run/terrace/isolate-before.json — see terrace tiers
            code 69

            """,
            result.Stdout);
    }

    [Fact]
    public async Task Where_reclaim_demotes_without_asking_isolating_takes_a_word_and_pages_are_demoted()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        string said = await IsolateWithDemotionAsync(vm);
        Assert.Contains("code 69", said, StringComparison.Ordinal);
        Assert.Contains("before Linux 6.16", said, StringComparison.Ordinal);
        Assert.Contains("--set demotion=off", said, StringComparison.Ordinal);
        Assert.True(DemotedMebibytes(said) > 16, said);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("6.1", true, true)]
    [InlineData("6.1", false, false)]
    [InlineData("7", false, false)]
    public async Task Isolated_groups_keep_off_slow_memory_under_demotion_where_the_kernel_demotes_elsewhere_or_asks(
        string kernel, bool nvdimm, bool gap)
    {
        // 6.1 has nodes of firmware's in one tier, and demotes to those of NVDIMMs only.
        LabSpec spec = new() { Kernel = kernel };
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            nvdimm ? spec with { Nodes = NodeSpec.ParseList("dram:1G"), PmemBytes = 1L << 30 } : spec);
        string said = await IsolateWithDemotionAsync(vm);
        Assert.Equal(gap, said.Contains("code 69", StringComparison.Ordinal));
        Assert.True(gap ? DemotedMebibytes(said) > 16 : DemotedMebibytes(said) == 0, said);
    }

    // memory.reclaim has the kernel reclaim from one group, by demotion where that is on.
    private static async Task<string> IsolateWithDemotionAsync(LabMachine vm)
    {
        LabResult result = await vm.RunAsync(
            """
            cd /sys/fs/cgroup; mkdir work.slice
            echo 1 > /sys/kernel/mm/numa/demotion_enabled
            terrace tiers isolate 2>&1; code=$?; echo "code $code"
            [ $code -eq 0 ] || terrace tiers isolate --yes 2>&1
            terrace tiers; terrace doctor | grep -A2 'its own tiering'
            sh -c 'echo $$ > /sys/fs/cgroup/work.slice/cgroup.procs; exec terrace exercise --size 128M --hot 10% --json' > /tmp/work & p=$!
            until grep -q report /tmp/work; do sleep 0.2; done
            echo 48M > work.slice/memory.reclaim
            echo "demoted $(awk '$1 == "anon" { sub("N1=", "", $3); print int($3 / 1048576) }' work.slice/memory.numa_stat)"
            { kill $p; wait $p; } 2>/dev/null
            terrace tiers isolate --undo >/dev/null
            echo 0 > /sys/kernel/mm/numa/demotion_enabled
            rmdir work.slice
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        return result.Stdout + result.Stderr;
    }

    private static int DemotedMebibytes(string said) =>
        int.Parse(Regex.Match(said, @"demoted (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_controller_is_switched_on_when_needed_and_off_again()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            """
            cd /sys/fs/cgroup; mkdir system.slice user.slice machine.slice
            echo -cpuset > cgroup.subtree_control
            terrace tiers isolate >/dev/null; echo "code $?"; cat */cpuset.mems
            terrace tiers isolate --except 'nobody*' 2>/dev/null; echo "code $?"
            terrace tiers isolate --undo >/dev/null; grep -c cpuset cgroup.subtree_control
            echo +cpuset > cgroup.subtree_control
            for group in system user machine; do rmdir $group.slice; done
            """,
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.Equal("code 0\n0\n0\n0\ncode 2\n0\n", result.Stdout);
    }
}
