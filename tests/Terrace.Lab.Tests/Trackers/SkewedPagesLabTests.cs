using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>Transparent huge pages of which a tenth is hot, all over memory.</summary>
[Collection("lab")]
public sealed class SkewedPagesLabTests(LabFixture lab)
{
    private const string Workload = "--size 256M --hot 10% --share 90% --huge-pages on --fast 30%";

    [Fact]
    public async Task Huge_pages_of_which_a_part_is_hot_are_split_and_their_hot_pages_get_into_fast_memory()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, Workload);
        Assert.InRange(await HugeMebibytesAsync(vm, exercise.Pid), 200, 320);
        LabResult result = await RunAsync(
            vm, $"terrace manage --pid {exercise.Pid} --fast 30% --for 60s --events /tmp/events.jsonl --summary-json /tmp/summary.json");
        Assert.Contains("split to see which of their pages are hot", result.Stdout, StringComparison.Ordinal);
        LabResult served = await RunAsync(
            vm,
            """
            grep '"event":"report"' /tmp/exercise.jsonl | tail -n 30 | sed 's/.*"fastShare":\([0-9.]*\).*/\1/' |
                awk '{ sum += $1 } END { print sum / NR }'
            """);
        Assert.InRange(double.Parse(served.Stdout, CultureInfo.InvariantCulture), 0.85, 1);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.29, 0.31);

        JsonElement round = await LastRoundAsync(vm);
        int split = round.GetProperty("splitHugePages").GetInt32();

        // The kernel puts some together at any time.
        Assert.InRange(split, 64, 128);
        // At most: what is accessed again and again within the interval of a scan counts as if it were less hot.
        Assert.InRange(round.GetProperty("hugePageUse").GetDouble(), 0.08, 0.95);
        Assert.InRange(await HugeMebibytesAsync(vm, exercise.Pid), 0, 160);
        await exercise.EndAsync();
    }

    [Fact]
    public async Task Of_huge_pages_that_are_all_in_use_the_hottest_get_into_fast_memory_and_stay_whole()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, Workload + " --contiguous");
        await RunAsync(
            vm, $"terrace manage --pid {exercise.Pid} --fast 30% --for 45s --events /tmp/events.jsonl --summary-json /tmp/summary.json");

        // Any of them would serve less than a third. How many are distinguished depends on how soon an emulated processor looks.
        Assert.InRange(await exercise.LastAsync("ofOracle"), 0.5, 1.01);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.28, 0.32);
        Assert.InRange((await LastRoundAsync(vm)).GetProperty("splitHugePages").GetInt32(), 0, 2);
        Assert.InRange(await HugeMebibytesAsync(vm, exercise.Pid), 200, 320);
        await exercise.EndAsync();
    }

    [Fact]
    public async Task With_keep_no_huge_page_is_split()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, Workload);
        int before = await HugeMebibytesAsync(vm, exercise.Pid);
        await RunAsync(vm, $"terrace manage --pid {exercise.Pid} --fast 30% --huge-pages keep --for 20s --events /tmp/events.jsonl");
        Assert.Equal(0, (await LastRoundAsync(vm)).GetProperty("splitHugePages").GetInt32());
        Assert.InRange(await HugeMebibytesAsync(vm, exercise.Pid), before, before + 64);
        Assert.InRange(await exercise.LastAsync("fastShare"), 0.15, 0.5);
        await exercise.EndAsync();
    }

    private static async Task<JsonElement> LastRoundAsync(LabMachine vm)
    {
        LabResult result = await RunAsync(vm, """grep '"event":"round"' /tmp/events.jsonl | tail -n 1""");
        return JsonDocument.Parse(result.Stdout).RootElement;
    }

    private static async Task<int> HugeMebibytesAsync(LabMachine vm, int pid)
    {
        LabResult result = await RunAsync(vm, $"awk '/^AnonHugePages/ {{ kb += $2 }} END {{ print int(kb / 1024) }}' /proc/{pid}/smaps");
        return int.Parse(result.Stdout, CultureInfo.InvariantCulture);
    }

    private static async Task<LabResult> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        return result;
    }
}
