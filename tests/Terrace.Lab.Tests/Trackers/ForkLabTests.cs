using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>Processes that have pages in common: a database that forks to write a snapshot, and many that map one segment.</summary>
public sealed class ForkLabTests
{
    private const string Rule = "host: { cpu-limit: 60% }\nrules: [{ name: shapes, match: { executable: /bin/shapes }, fast: 20% }]\n";

    [Fact]
    [Trait("Category", "Long")]
    public async Task An_idle_child_of_a_managed_process_counts_for_nothing_and_its_parents_hot_pages_stay()
    {
        await using LabMachine vm = await BootAsync();
        LabResult result = await DaemonTests.RunAsync(
            vm,
            """
            shapes forks 200 > /tmp/shape 2>&1 & p=$!
            until grep -q ready /tmp/shape; do kill -0 $p || { cat /tmp/shape >&2; exit 11; }; sleep 0.1; done
            hot() {
                before=$(grep -c hot /tmp/shape); kill -USR1 $p
                until [ $(grep -c hot /tmp/shape) -gt $before ]; do sleep 0.1; done
                tail -n 1 /tmp/shape
            }
            moved() { grep pgmigrate_success /proc/vmstat | cut -d' ' -f2; }
            settled() {
                n=0; until s=$(share shapes); [ "${s:-0}" -ge 190 ] && [ "${s:-0}" -le 210 ]; do
                    sleep 1; n=$((n + 1)); [ $n -lt 120 ] || { ask targets >&2; exit 91; }
                done
            }
            start
            counted 1
            settled
            sleep 10
            hot; from=$(moved)
            kill -USR2 $p
            counted 2
            sleep 40
            settled
            hot; echo $(($(moved) - from))
            ask targets shapes --json
            ask targets shapes >&2
            stop
            kill $p
            """,
            minutes: 8);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout + result.Stderr);
        string[] lines = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(FastShareOfHot(lines[0]), 0.99, 1);
        Assert.InRange(FastShareOfHot(lines[1]), 0.99, 1);

        // What is lent to flush TLBs moves, too; of 51,200 pages 10,240 are in fast memory.
        Assert.InRange(long.Parse(lines[2], CultureInfo.InvariantCulture), 0, 4000);
        JsonElement group = JsonDocument.Parse(lines[3]).RootElement;
        double pages = group.GetProperty("bytes").GetDouble() / 4096;
        Assert.Equal(2, group.GetProperty("processes").GetArrayLength());
        Assert.InRange(pages, 51_200, 52_200);
        Assert.InRange(group.GetProperty("fastBytes").GetDouble() / 4096 / pages, 0.19, 0.21);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Pages_that_KSM_has_merged_count_once_and_are_as_hot_as_the_process_that_uses_them()
    {
        await using LabMachine vm = await BootAsync();
        LabResult result = await DaemonTests.RunAsync(
            vm,
            """
            cd /sys/kernel/mm/ksm; echo 0 > sleep_millisecs; echo 20000 > pages_to_scan; echo 1 > run
            shapes merged 100 idle > /tmp/idle 2>&1 & q=$!
            until grep -q ready /tmp/idle; do kill -0 $q || { cat /tmp/idle >&2; exit 11; }; sleep 0.1; done
            shapes merged 100 > /tmp/shape 2>&1 & p=$!
            n=0; until [ $(cat pages_sharing) -ge 25000 ]; do
                sleep 1; n=$((n + 1)); [ $n -lt 180 ] || { grep . * >&2; exit 12; }
            done
            echo 0 > run
            start
            counted 2
            n=0; until s=$(share shapes); [ "${s:-0}" -ge 190 ] && [ "${s:-0}" -le 210 ]; do
                sleep 1; n=$((n + 1)); [ $n -lt 120 ] || { ask targets >&2; exit 91; }
            done
            sleep 20
            kill -USR1 $p; until grep hot /tmp/shape; do sleep 0.1; done
            ask targets shapes --json
            ask targets shapes >&2
            stop
            kill $p $q
            """,
            minutes: 8);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout + result.Stderr);
        string[] lines = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(FastShareOfHot(lines[0]), 0.98, 1);
        JsonElement group = JsonDocument.Parse(lines[1]).RootElement;
        double pages = group.GetProperty("bytes").GetDouble() / 4096;
        Assert.InRange(pages, 25_600, 27_000);
        Assert.InRange(group.GetProperty("fastBytes").GetDouble() / 4096 / pages, 0.19, 0.21);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Two_hundred_processes_that_share_a_segment_and_exit_together_are_gone_at_once()
    {
        await using LabMachine vm = await BootAsync();
        LabResult result = await DaemonTests.RunAsync(
            vm,
            """
            shapes crowd 32 200 > /tmp/shape 2>&1 & p=$!
            until grep -q ready /tmp/shape; do kill -0 $p || { cat /tmp/shape >&2; exit 11; }; sleep 0.5; done
            now() { cut -d' ' -f1 /proc/uptime; }
            start
            n=0; until [ "$(count)" -ge 200 ]; do
                sleep 2; n=$((n + 1))
                [ $n -lt 90 ] || { ask status >&2; exit 12; }
            done
            joined=$(now)
            sleep 20
            ask targets shapes --json > /tmp/crowd.json
            from=$(now); killall -9 shapes; wait $p || true
            kernel=$(now)
            n=0; until [ "$(count)" -eq 0 ]; do sleep 0.1; n=$((n + 1)); [ $n -lt 300 ] || { ask status >&2; exit 13; }; done
            echo "$joined $from $kernel $(now)"
            cat /tmp/crowd.json
            stop
            """,
            minutes: 8);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout + result.Stderr);
        string[] lines = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] at = [.. lines[0].Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

        // The segment counts once, besides what each process has for itself.
        double bytes = JsonDocument.Parse(lines[1]).RootElement.GetProperty("bytes").GetDouble();
        Assert.InRange(bytes / (1 << 20), 32, 64);

        // As seen from when the kernel is done with them, which takes their page tables apart.
        Assert.InRange(at[3] - at[2], 0, 5);
    }

    private static double FastShareOfHot(string line)
    {
        double[] on = [.. line.Split(' ').Skip(1).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return on[0] / on.Sum();
    }

    private static async Task<LabMachine> BootAsync()
    {
        LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec());
        string program = await CompiledProgram.ShapesAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken);
        await vm.PutAsync(program, "/bin/shapes", TestContext.Current.CancellationToken);
        await vm.RunAsync($"cat > /tmp/terrace.yaml <<'END'\n{Rule}END", ct: TestContext.Current.CancellationToken);
        return vm;
    }
}
