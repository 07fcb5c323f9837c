using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Equal tenants on fast memory that does not suffice for all, of whom one comes late.</summary>
public sealed class TenantTests
{
    private const int Scale = 8;
    private const int TenantPages = (400 << 20) / Scale / 4096;
    private const double HotPart = 0.15;
    private static readonly TimeSpan s_access = TimeSpan.FromMicroseconds(10.6);

    [Theory]
    [InlineData(3UL)]
    [InlineData(40UL)]
    [InlineData(700UL)]
    public void A_late_one_is_served_at_once_and_nobody_moves_more_than_that_takes(ulong seed)
    {
        SimulatedMachine machine = new(
            SimulatedMachineSpec.TwoTiers(SimulationPresets.FastBytes / Scale, SimulationPresets.SlowBytes / Scale, seed));
        SimulationDriver driver = new(machine);
        Promotions promotions = new();
        using TieringEngine engine = new(
            machine, new TieringOptions { RateLimitBytesPerSecond = (256L << 20) / Scale }, machine.Clock, promotions);
        List<SimulatedLoad> loads = [.. Enumerable.Range(0, 3).Select(_ => Start(driver, seed++))];
        loads.ForEach(load => engine.Add(load.Process, FastShare.Auto));
        driver.Run(TimeSpan.FromSeconds(45), engine.Step);

        SimulatedLoad late = Start(driver, seed);
        long[] before = [.. loads.Select(load => promotions.Of(load.Process.Pid))];
        engine.Add(late.Process, FastShare.Auto);
        driver.Run(TimeSpan.FromSeconds(10), engine.Step);
        long[] fast = [.. loads.Append(late).Select(load => load.Process.PagesOn(0))];
        Assert.InRange(fast.Min() / (double)fast.Max(), 0.9, 1);

        // Who makes room promotes next to nothing, and the late one what it has now.
        Assert.All(loads.Index(), load => Assert.InRange(promotions.Of(load.Item.Process.Pid) - before[load.Index], 0, TenantPages / 50));
        Assert.InRange(promotions.Of(late.Process.Pid), 0, late.Process.PagesOn(0) + (TenantPages / 50));

        // Then all are at rest.
        long moved = machine.MovedPages;
        driver.Run(TimeSpan.FromSeconds(120), engine.Step);
        Assert.InRange(machine.MovedPages - moved, 0, TenantPages / 50);
        double[] hits = [.. loads.Append(late).Select(load => Scenario.HitRatio(load, 120, 170))];
        Assert.InRange(hits.Max() / hits.Min(), 1, 1.02);
        Machines.AssertExact(machine);
    }

    private static SimulatedLoad Start(SimulationDriver driver, ulong seed) =>
        driver.Start(new ScatteredHotSet(TenantPages, HotPart, 0.9, seed), computeTime: s_access);

    private sealed class Promotions : IRoundObserver
    {
        private readonly Dictionary<int, long> _pages = [];

        public long Of(int pid) => _pages.GetValueOrDefault(pid);

        public void OnRound(RoundReport report, HeatMap heat) => _pages[report.Pid] = Of(report.Pid) + report.Moves.Promoted.Moved;

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
