using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Core.HugePages;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;

namespace Terrace.Benchmarks.HugePages;

/// <summary>
/// Which share of accesses 30 % of the pages serve in fast memory where all memory is in huge pages: with all of them kept, and with
/// uneven ones split. The presets of <c>terrace simulate</c>, on its machine.
/// </summary>
internal sealed class HugePageBenchmark
{
    private const double Share = 0.3;
    private static readonly TimeSpan s_run = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_measured = TimeSpan.FromMinutes(2);
    private static readonly string[] s_presets = ["scattered", "moving", "zipf", "contiguous", "uniform", "scan"];

    /// <summary>Figures of the last run.</summary>
    public List<(string Run, Sample Sample)> Samples { get; } = [];

    /// <summary>Prints a table with a row for each workload; the exit code.</summary>
    public int Run()
    {
        Console.WriteLine("| workload | kept | split | the best, by pages | estimated | split at the end | splits | put together |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (string name in s_presets)
        {
            (double kept, _, _) = Measure(name, HugePagePolicy.Keep);
            (double split, double best, Watch watch) = Measure(name, HugePagePolicy.Split);
            double atEnd = (watch.Last.Split + watch.Last.Watched) / (SimulationPresets.WorkingSetPages / (double)Chunk.Pages);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {kept:0.0 %} | {split:0.0 %} | {best:0.0 %} | {watch.Estimate:0.0 %} | {atEnd:0.0 %} "
                    + $"| {watch.Splits} | {watch.Joins} |"));
            Samples.Add(("--huge-pages", new Sample($"served-kept-{name}", kept * 100, "%")));
            Samples.Add(("--huge-pages", new Sample($"served-split-{name}", split * 100, "%")));
            Samples.Add(("--huge-pages", new Sample($"split-at-end-{name}", atEnd * 100, "%")));
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Share:0 %} of the pages in fast memory. Served: of the accesses of the last {s_measured.TotalMinutes:0} of "
                + $"{s_run.TotalMinutes:0} minutes. Estimated: what the engine says of the last round, with uneven ones split. "
                + $"That translations of base pages cost more is not simulated."));
        return 0;
    }

    private static (double Served, double Best, Watch Watch) Measure(string name, HugePagePolicy policy)
    {
        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(SimulationPresets.FastBytes, SimulationPresets.SlowBytes));
        SimulationDriver driver = new(machine);
        Watch watch = new();
        using TieringEngine engine = new(machine, new TieringOptions { HugePages = policy }, machine.Clock, watch);
        SimulatedLoad load = driver.Start(
            SimulationPresets.Find(name)!.Workload(SimulationPresets.WorkingSetPages, 1),
            computeTime: SimulationDriver.DefaultComputeTime,
            hugePages: true);
        engine.Add(load.Process, FastShare.OfPages(Share));
        driver.Run(s_run, engine.Step);
        return (
            SimulationResult.HitRatio(load.Samples, s_run - s_measured, s_run),
            load.Workload.OracleHitRatio((long)(Share * SimulationPresets.WorkingSetPages)),
            watch);
    }

    private sealed class Watch : IRoundObserver
    {
        public RoundHugePages Last { get; private set; }

        /// <summary>Of the last round.</summary>
        public double Estimate { get; private set; }

        public long Splits { get; private set; }

        public long Joins { get; private set; }

        public void OnRound(RoundReport report, HeatMap heat)
        {
            Last = report.HugePages;
            Estimate = report.Pages.EstimatedHitRatio;
            Splits += report.HugePages.NowSplit;
            Joins += report.HugePages.NowJoined;
        }

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
