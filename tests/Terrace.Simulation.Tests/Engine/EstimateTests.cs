using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What rounds say of the accesses that fast memory serves, compared with the exact count of the simulated machine.</summary>
public sealed class EstimateTests
{
    private const int Pages = 40_000;

    /// <summary>By scans alone hot sets would be 5 points off, and Zipf's law 15.</summary>
    [Theory]
    [InlineData("scattered", 0.3, 1, 0.015)]
    [InlineData("scattered", 0.6, 2, 0.015)]
    [InlineData("contiguous", 0.3, 1, 0.015)]
    [InlineData("contiguous", 0.6, 2, 0.015)]
    [InlineData("uniform", 0.3, 1, 0.01)]
    [InlineData("uniform", 0.6, 2, 0.01)]
    [InlineData("zipf", 0.3, 1, 0.05)]
    [InlineData("zipf", 0.6, 2, 0.05)]
    public void The_share_that_fast_memory_serves_is_estimated_closely(string name, double share, int seed, double within)
    {
        IWorkload workload = name switch
        {
            "scattered" => new ScatteredHotSet(Pages, 0.1, 0.9, (ulong)seed),
            "contiguous" => new ContiguousHotSet(Pages, 0.1, 0.9),
            "uniform" => new UniformAccess(Pages),
            _ => new ZipfAccess(Pages, 0.99, (ulong)seed),
        };
        SimulatedMachine machine = Machines.TwoTiers(Pages, 2 * Pages);
        SimulationDriver driver = new(machine);
        Estimates estimates = new();
        using TieringEngine engine = new(machine, Scenario.Options, machine.Clock, estimates);
        Assert.True(FastShare.TryParse($"{share * 100}%", out FastShare fast, out _));

        // A fifteenth of the accesses that the presets have for a fifteenth of their pages.
        engine.Add(driver.Start(workload, computeTime: TimeSpan.FromMicroseconds(4)).Process, fast);
        SimulationResult result = driver.Run(TimeSpan.FromMinutes(2), engine.Step);
        double exact = result.Samples.TakeLast(30).Sum(sample => sample.FastAccesses)
            / (double)result.Samples.TakeLast(30).Sum(sample => sample.Accesses);
        Assert.InRange(estimates.Last, exact - within, exact + within);
    }

    /// <summary>Few of the hottest pages are in slow memory: too few to be sampled.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void Where_nearly_all_hot_pages_are_in_fast_memory_and_stay_there_the_others_count_as_much(int computeMicroseconds)
    {
        SimulatedMachine machine = Machines.TwoTiers((long)(Pages * 0.92), 2 * Pages);
        SimulationDriver driver = new(machine);
        Estimates estimates = new();
        using TieringEngine engine = new(machine, Scenario.Options with { DryRun = true }, machine.Clock, estimates);
        TimeSpan compute = TimeSpan.FromMicroseconds(computeMicroseconds);
        engine.Add(driver.Start(new ScatteredHotSet(Pages, 0.1, 0.9, seed: 5), computeTime: compute).Process, FastShare.Auto);
        SimulationResult result = driver.Run(TimeSpan.FromMinutes(2), engine.Step);
        double exact = result.Samples.TakeLast(30).Sum(sample => sample.FastAccesses)
            / (double)result.Samples.TakeLast(30).Sum(sample => sample.Accesses);
        Assert.InRange(estimates.Last, exact - 0.015, exact + 0.015);
    }

    private sealed class Estimates : IRoundObserver
    {
        public double Last { get; private set; }

        public void OnRound(RoundReport report, HeatMap heat) => Last = report.Pages.EstimatedHitRatio;

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
