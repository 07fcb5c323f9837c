using System.Globalization;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>
/// What rounds found hot is made known to the kernel's reclaim: a process that waits just while a scan clears its accessed bits
/// and memory runs short keeps its hot pages in fast memory.
/// </summary>
[Collection("lab")]
public sealed class SharedHeatTests(LabFixture lab)
{
    // The pressure is the kernel's own reclaim of the process's control group, told to continue until this many pages of it have gone down.
    private const string Functions = """
        group=/sys/fs/cgroup/shared-heat; mkdir -p $group; echo +memory > /sys/fs/cgroup/cgroup.subtree_control
        before=$(cat /sys/kernel/mm/lru_gen/enabled)
        clean() {
            kill -9 $exercise 2> /dev/null; wait $exercise 2> /dev/null; sleep 0.5; rmdir $group
            echo 0 > /sys/kernel/mm/numa/demotion_enabled; echo $before > /sys/kernel/mm/lru_gen/enabled
        }
        trap clean EXIT
        echo 1 > /sys/kernel/mm/numa/demotion_enabled
        reports() { grep -c '"event":"report"' /tmp/hot.jsonl; }
        until_reports() {
            n=0; until [ "$(reports)" -ge $1 ]; do
                sleep 0.3; n=$((n + 1))
                [ $n -lt 400 ] || { cat /tmp/hot.err >&2; exit 90; }
            done
        }
        slow() { grep '^100000000000 ' /proc/$exercise/numa_maps | sed 's/ /\n/g' | awk -F= '$1 == "N1" { n += $2 } END { print n + 0 }'; }

        """;

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("0x0000")]
    [InlineData("0x0007")]
    public async Task Hot_pages_stay_when_memory_runs_short_right_after_a_scan(string lists)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        double untold = await HotShareLeftAsync(vm, lists, "");
        double told = await HotShareLeftAsync(vm, lists, "--share-heat");
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"lists {lists}: {untold:0.000} of accesses served by fast memory without sharing, {told:0.000} with it"));
        Assert.True(told > 0.85, $"{told} of accesses are served by fast memory, {untold} without sharing");
        Assert.True(untold < told - 0.15, $"{untold} without sharing, {told} with it");
    }

    private static async Task<double> HotShareLeftAsync(LabMachine vm, string lists, string option)
    {
        LabResult result = await vm.RunAsync(
            Functions + $$"""
            echo {{lists}} > /sys/kernel/mm/lru_gen/enabled
            (echo 0 > $group/cgroup.procs; exec terrace exercise --size 128M --hot 20% --share 98% --for 20m --json) \
                > /tmp/hot.jsonl 2> /tmp/hot.err & exercise=$!
            until_reports 2
            rm -f /tmp/rounds; terrace manage --pid $exercise --fast 100% {{option}} --events /tmp/rounds 2> /tmp/manage.err & manage=$!
            n=0; until [ "$(grep -cs '"event":"round"' /tmp/rounds)" -ge 3 ] 2> /dev/null; do
                sleep 0.3; n=$((n + 1))
                [ $n -lt 400 ] || { cat /tmp/manage.err >&2; exit 91; }
            done
            kill $manage; wait $manage
            kill -STOP $exercise
            terrace scan $exercise --scans 3 > /tmp/scan.txt || exit 92
            n=0
            until [ "$(slow)" -ge 12000 ]; do
                echo 8M > $group/memory.reclaim 2> /dev/null
                n=$((n + 1)); [ $n -lt 20 ] || { slow >&2; grep pgdemote /proc/vmstat >&2; exit 93; }
            done
            kill -CONT $exercise
            until_reports $(($(reports) + 3))
            tail -n 1 /tmp/hot.jsonl | sed 's/.*"fastShare":\([0-9.]*\).*/\1/'
            """,
            TimeSpan.FromMinutes(4),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return double.Parse(result.Stdout.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }
}
