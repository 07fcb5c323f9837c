using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// Machines and processes of shapes that hosts have: several nodes of a tier, page cache, and memory that is unlike most.
/// </summary>
public sealed class HostShapeTests
{
    [Theory]
    [InlineData("dram:512M,dram:512M,cxl:512M,cxl:1G", "900M", 20)]
    [InlineData("dram:512M,dram:256M,dram:256M,cxl:512M,cxl:512M", "700M", 30)]
    [Trait("Category", "Long")]
    public async Task A_share_is_met_although_the_nearest_slow_node_is_full(string nodes, string size, int percent)
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList(nodes) });
        Exercised load = await Exercised.StartAsync(vm, $"--size {size} --hot 10% --share 90% --for 5m");
        await ManageAsync(vm, load.Pid, percent, seconds: 70);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), (percent - 1) / 100.0, (percent + 1) / 100.0);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_share_holds_while_somebody_reads_a_disk_that_is_larger_than_memory()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { DiskBytes = 3584L << 20 });
        Exercised load = await Exercised.StartAsync(vm, "--size 600M --hot 10% --share 90% --for 5m");
        await RunAsync(vm, "(sleep 40; while true; do cat /dev/vda > /dev/null; done) > /dev/null 2>&1 & echo $! > /tmp/reader");
        await ManageAsync(vm, load.Pid, 60, seconds: 110);
        await RunAsync(vm, "kill $(cat /tmp/reader); grep Cached /proc/meminfo");
        JsonElement[] late = [.. (await RoundsAsync(vm)).Where(round => round.GetProperty("seconds").GetDouble() > 60)];
        Assert.NotEmpty(late);
        Assert.All(
            late,
            round => Assert.InRange(
                round.GetProperty("fastPagesAfter").GetDouble() / round.GetProperty("pages").GetDouble(), 0.59, 0.61));
        double pages = late[0].GetProperty("pages").GetDouble();
        Assert.InRange(late.Sum(round => Moved(round, "promoted") + Moved(round, "demoted")), 0, pages / 20);
    }

    [Fact]
    public async Task A_file_that_a_process_maps_three_times_counts_once_and_comes_to_rest()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec());
        int pid = await ShapeAsync(vm, "views 256 3");
        long before = await MigratedAsync(vm);
        await ManageAsync(vm, pid, 40, seconds: 60);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
        JsonElement last = (await RoundsAsync(vm))[^1];
        Assert.InRange(last.GetProperty("pages").GetInt64(), 65_000, 67_000);

        // What had to move is 60 % of it.
        Assert.InRange(await MigratedAsync(vm) - before, 35_000, 65_536);
    }

    [Fact]
    public async Task Memory_of_a_pool_of_huge_pages_is_left_alone_and_that_is_said()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { HugePools = [new HugePool(0, 200)] });
        int pid = await ShapeAsync(vm, "pool 400");
        // 320 of its 400 MiB, 82,000 pages, would have to move; what is lent to flush TLBs moves, too.
        long before = await MigratedAsync(vm);
        string said = await ManageAsync(vm, pid, 20, seconds: 20);
        Assert.Contains($"400 MiB of process {pid} are of pools of huge pages", said, StringComparison.Ordinal);
        Assert.InRange(await MigratedAsync(vm) - before, 0, 5000);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Pinned_pages_are_known_after_some_rounds_and_are_no_part_of_the_share()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec());
        int pid = await ShapeAsync(vm, "pinned 400");
        await ManageAsync(vm, pid, 20, seconds: 90);
        JsonElement[] rounds = await RoundsAsync(vm);
        JsonElement last = rounds[^1];
        // The hot tenth of them need not be tried.
        Assert.InRange(last.GetProperty("immovablePages").GetInt64(), 40_000, 52_000);
        Assert.InRange(last.GetProperty("fastPagesAfter").GetDouble() / last.GetProperty("pages").GetDouble(), 0.19, 0.21);
        double late = rounds.Where(round => round.GetProperty("seconds").GetDouble() > 60).Sum(round => Busy(round));
        Assert.InRange(late, 0, 1000);
    }

    private static async Task<int> ShapeAsync(LabMachine vm, string words)
    {
        string program = await CompiledProgram.ShapesAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken);
        await vm.PutAsync(program, "/bin/shapes", TestContext.Current.CancellationToken);
        string started = await RunAsync(vm, $$"""
            shapes {{words}} > /tmp/shape 2>&1 & p=$!
            until grep -q ready /tmp/shape; do kill -0 $p || { cat /tmp/shape >&2; exit 11; }; sleep 0.1; done
            echo $p
            """);
        return int.Parse(started.Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Manages a process; what was said of it.</summary>
    private static Task<string> ManageAsync(LabMachine vm, int pid, int percent, int seconds) => RunAsync(vm, $"""
        terrace manage --pid {pid} --fast {percent}% --for {seconds}s --summary-json /tmp/summary.json --json > /tmp/events 2> /tmp/said
        code=$?; cat /tmp/said; exit $code
        """);

    private static async Task<JsonElement[]> RoundsAsync(LabMachine vm)
    {
        string events = await RunAsync(vm, "grep '\"event\":\"round\"' /tmp/events");
        return [.. events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static double Moved(JsonElement round, string direction) => round.GetProperty(direction).GetProperty("moved").GetDouble();

    private static double Busy(JsonElement round) =>
        round.GetProperty("promoted").GetProperty("busy").GetDouble() + round.GetProperty("demoted").GetProperty("busy").GetDouble();

    private static async Task<long> MigratedAsync(LabMachine vm) => long.Parse(
        await RunAsync(vm, "grep pgmigrate_success /proc/vmstat | cut -d' ' -f2"), CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result.Stdout;
    }
}
