using Terrace.Cli.Scan;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;
using Terrace.Linux.Mappings;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Scan;

public sealed class ProcessScanTests
{
    private const int Pages = 4096;

    [Fact]
    public void Every_page_is_counted_once_and_memory_that_nobody_touches_is_no_hot_range()
    {
        (SimulatedMachine machine, SimulatedProcess process, SimulatedMapping mapping) = Start();
        ScanReport report = new ProcessScan(machine, process)
            .Run(scans: 4, TimeSpan.FromMilliseconds(1), top: 5, CancellationToken.None, _ => MapsOf(mapping))!;
        Assert.Equal((process.Pid, 4, (long)Pages), (report.Pid, report.Scans, report.Pages));
        Assert.Equal(5, report.Histogram.Count);
        Assert.Equal(Pages, report.Histogram.Sum(level => level.PagesByTier.Sum()));
        Assert.Equal(Pages, report.Tiers.Sum(tier => tier.Pages));
        Assert.Empty(report.Hottest);
        Assert.Empty(report.Mappings);
    }

    [Fact]
    public void A_process_that_exits_meanwhile_is_an_error_of_its_own()
    {
        (SimulatedMachine machine, SimulatedProcess process, _) = Start();
        process.Exit();
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => new ProcessScan(machine, process).Run(3, TimeSpan.FromMilliseconds(1), 5, CancellationToken.None, _ => []));
        Assert.Equal(ExitCode.NoSuchProcess, failure.ExitCode);
    }

    [Fact]
    public void A_scan_that_is_stopped_has_no_result()
    {
        (SimulatedMachine machine, SimulatedProcess process, _) = Start();
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Null(new ProcessScan(machine, process).Run(3, TimeSpan.FromSeconds(30), 5, stop.Token, _ => []));
    }

    [Fact]
    public void Pages_of_a_mapping_that_has_gone_are_still_counted()
    {
        (SimulatedMachine machine, SimulatedProcess process, _) = Start();
        ScanReport report = new ProcessScan(machine, process).Run(2, TimeSpan.FromMilliseconds(1), 5, CancellationToken.None, _ => [])!;
        Assert.Equal(Pages, report.Pages);
        Assert.All(report.Hottest, range => Assert.Equal("", range.Mapping));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Text_shows_histogram_tiers_ranges_and_cost(bool colour)
    {
        (SimulatedMachine machine, SimulatedProcess process, SimulatedMapping mapping) = Start();
        ScanReport report = new ProcessScan(machine, process)
            .Run(3, TimeSpan.FromMilliseconds(1), 5, CancellationToken.None, _ => MapsOf(mapping))!;
        ScanRange range = new("1000", "2000", "[heap]", 512, 1.5, 0.25, HotPages: 256);
        report = report with { Mappings = [range], Hottest = [range] };
        using StringWriter writer = new();
        ScanText.Write(new TextOutput(writer, colour: colour), report);
        string text = writer.ToString();
        Assert.Equal(colour, text.Contains('\e', StringComparison.Ordinal));
        Assert.All(
            [
                "every scan (hot)", "no scan (cold)", "mappings with the most hot memory", "hottest ranges", "[heap]",
                "1 MiB  2 MiB  1.50 of 3", "cost:", "16 MiB in 3 scans",
            ],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    private static (SimulatedMachine Machine, SimulatedProcess Process, SimulatedMapping Mapping) Start()
    {
        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(8L << 20, 64L << 20));
        SimulatedProcess process = machine.StartProcess("example");
        SimulatedMapping mapping = process.Map(Pages);
        process.Populate(mapping);
        return (machine, process, mapping);
    }

    private static IReadOnlyList<ProcessMapping> MapsOf(SimulatedMapping mapping) =>
        [new ProcessMapping(mapping.Start, mapping.Start + ((ulong)Pages * 4096), "rw-p", MappingKind.Heap, "")];
}
