using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Somebody reads files larger than memory, so that page cache fills what is free of every node.</summary>
public sealed class PageCacheTests
{
    private const int ReadPagesPerStep = 4000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_share_that_is_met_holds_while_somebody_reads_a_large_disk(bool backsOff)
    {
        using Scenario scenario = new(options: Scenario.Options with { BackOff = backsOff ? new() : null });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.5));
        Read(scenario, from: 40, to: 160);
        scenario.Run(40);
        Assert.InRange(load.Samples[^1].FastShare, 0.495, 0.505);
        long before = scenario.Rounds.Moved;
        scenario.Run(120);
        Assert.True(scenario.Machine.Nodes[0].CachePages > 0);
        Assert.All(load.Samples.Skip(40), sample => Assert.InRange(sample.FastShare, 0.495, 0.505));
        Assert.InRange(scenario.Rounds.Moved - before, 0, Scenario.Pages / 50);
        Assert.InRange(Scenario.HitRatio(load, 60, 160), 0.98 * load.Workload.OracleHitRatio(Scenario.Pages / 2), 1);
    }

    [Fact]
    public void What_is_worth_fast_memory_comes_up_although_page_cache_has_filled_it()
    {
        using Scenario scenario = new();
        Read(scenario, from: 0, to: 90);
        SimulatedNode fast = scenario.Machine.Nodes[0];
        fast.ReadFile(fast.FreePages);
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        Assert.InRange(load.Process.PagesOn(0), 0, Scenario.FastPages / 100);
        scenario.Run(90);
        Assert.InRange(Scenario.HitRatio(load, 60, 90), 0.97 * load.Workload.OracleHitRatio(Scenario.FastPages), 1);
    }

    [Fact]
    public void A_minimum_is_kept_while_page_cache_fills_fast_memory()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Driver.Start(Scenario.Scattered, computeTime: TimeSpan.FromMicroseconds(4));
        TieringGroup group = new("kept") { Terms = new() { MinPages = Scenario.Pages / 4 } };
        scenario.Engine.Add(load.Process, group);
        Read(scenario, from: 20, to: 80);
        scenario.Run(80);
        Assert.All(load.Samples.Skip(20), sample => Assert.True(sample.FastShare >= 0.25));
    }

    /// <summary>Ten times a second, on every node: some 125 MB a second at the scale of the scenario's rates.</summary>
    private static void Read(Scenario scenario, int from, int to)
    {
        for (int step = from * 10; step < to * 10; step++)
        {
            scenario.Driver.At(
                TimeSpan.FromSeconds(step / 10.0),
                () =>
                {
                    foreach (SimulatedNode node in scenario.Machine.Nodes)
                    {
                        node.ReadFile(ReadPagesPerStep);
                    }
                });
        }
    }
}
