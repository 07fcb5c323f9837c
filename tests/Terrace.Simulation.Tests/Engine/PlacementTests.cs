using Terrace.Core.HugePages;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Whether the hot pages get into fast memory, as the applications would notice it.</summary>
public sealed class PlacementTests
{
    [Theory]
    [InlineData("scattered")]
    [InlineData("contiguous")]
    public void A_hot_set_is_served_by_fast_memory_within_15_seconds_and_stays_so(string name)
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(SimulationPresets.Find(name)!.Workload(Scenario.Pages, 3));
        scenario.Run(60);
        double oracle = load.Workload.OracleHitRatio(Scenario.FastPages);
        Assert.InRange(Scenario.HitRatio(load, 0, 1), 0, 0.8 * oracle);
        Assert.All(load.Samples.Skip(15), sample => Assert.InRange(sample.HitRatio, 0.99 * oracle, 1));
    }

    [Fact]
    public void The_reference_case_in_full_size_reaches_99_percent_of_the_oracle()
    {
        SimulationDriver driver = SimulationPresets.Find("scattered")!.Create();
        SimulatedLoad load = driver.Loads[0];
        using TieringEngine engine = new(driver.Machine, new TieringOptions(), driver.Machine.Clock);
        engine.Add(load.Process, FastShare.Auto);
        driver.Run(TimeSpan.FromSeconds(18), engine.Step);
        double oracle = load.Workload.OracleHitRatio(SimulationPresets.FastBytes / Machines.PageBytes);
        Assert.InRange(Scenario.HitRatio(load, 15, 18), 0.99 * oracle, 1);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.05)]
    [InlineData(0.6)]
    public void A_fast_share_is_met_within_one_percent_and_holds_the_hottest_pages(double share)
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(share));
        scenario.Run(60);
        double oracle = load.Workload.OracleHitRatio((long)(share * Scenario.Pages));
        Assert.All(load.Samples.Skip(15), sample => Assert.InRange(sample.FastShare / share, 0.99, 1.01));
        Assert.InRange(Scenario.HitRatio(load, 15, 60), 0.98 * oracle, 1);
    }

    [Fact]
    public void Hot_pages_are_not_demoted_at_random_while_the_interval_is_too_long_to_distinguish_pages()
    {
        // Ten times the accesses of the reference case, and a second between scans at first: every page is accessed in every one of them.
        using Scenario scenario = new(options: Scenario.Options with { FirstInterval = TimeSpan.FromSeconds(1) });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3), slowdown: 0.21);
        scenario.Run(40);
        double before = Scenario.HitRatio(load, 0, 1);
        Assert.All(load.Samples, sample => Assert.InRange(sample.HitRatio, before - 0.1, 1));
        Assert.InRange(Scenario.HitRatio(load, 30, 40), 0.97 * load.Workload.OracleHitRatio((long)(0.3 * Scenario.Pages)), 1);
    }

    [Fact]
    public void A_hot_set_that_moves_is_followed_within_15_seconds_every_time()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new MovingHotSet(Scenario.Pages, 0.1, 0.9, TimeSpan.FromSeconds(45), seed: 4));
        scenario.Run(45 * 5);
        double oracle = load.Workload.OracleHitRatio(Scenario.FastPages);
        for (int phase = 1; phase < 5; phase++)
        {
            Assert.InRange(Scenario.HitRatio(load, (phase * 45) + 15, (phase * 45) + 45), 0.95 * oracle, 1);
        }
    }

    [Fact]
    public void The_likeliest_pages_of_a_zipf_distribution_get_into_fast_memory()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new ZipfAccess(Scenario.Pages, 0.99, seed: 5), FastShare.OfPages(0.2));
        scenario.Run(60);
        double oracle = load.Workload.OracleHitRatio(Scenario.Pages / 5);
        Assert.InRange(Scenario.HitRatio(load, 30, 60), 0.97 * oracle, 1);
    }

    [Fact]
    public void Huge_pages_move_whole_and_stay_huge()
    {
        // A huge page has one accessed bit for 512 pages: cold memory must be colder than in the reference case to be told from hot.
        using Scenario scenario = new(options: Scenario.Options with { HugePages = HugePagePolicy.Keep });
        SimulatedLoad load = scenario.Manage(new ContiguousHotSet(Scenario.Pages, 0.1, 0.9995), hugePages: true);
        scenario.Run(40);
        Assert.InRange(Scenario.HitRatio(load, 0, 1), 0, 0.5);
        Assert.InRange(Scenario.HitRatio(load, 15, 40), 0.98 * load.Workload.OracleHitRatio(Scenario.FastPages), 1);
        Assert.All(Enumerable.Range(0, Scenario.Pages / 512), chunk => Assert.True(load.Mapping.IsHuge(chunk * 512)));
    }

    [Fact]
    public void The_hotter_of_two_processes_gets_the_fast_memory_that_both_want()
    {
        using Scenario scenario = new();
        SimulatedLoad lukewarm = scenario.Manage(new UniformAccess(25_000), slowdown: 40);
        SimulatedLoad hot = scenario.Manage(new UniformAccess(25_000));
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(hot, 30, 60), 0.95, 1);
        Assert.InRange(lukewarm.Samples[^1].FastPages + hot.Samples[^1].FastPages, 0.95 * Scenario.FastPages, Scenario.FastPages);
    }

    [Fact]
    public void Two_processes_with_shares_each_get_their_own()
    {
        using Scenario scenario = new();
        SimulatedLoad first = scenario.Manage(new ScatteredHotSet(20_000, 0.1, 0.9, seed: 8), FastShare.OfPages(0.25));
        SimulatedLoad second = scenario.Manage(new ScatteredHotSet(30_000, 0.1, 0.9, seed: 9), FastShare.OfPages(0.5));
        scenario.Run(60);
        Assert.All(first.Samples.Skip(20), sample => Assert.InRange(sample.FastShare / 0.25, 0.99, 1.01));
        Assert.All(second.Samples.Skip(20), sample => Assert.InRange(sample.FastShare / 0.5, 0.99, 1.01));
        Assert.InRange(Scenario.HitRatio(first, 20, 60), 0.98 * first.Workload.OracleHitRatio(5_000), 1);
        Assert.InRange(Scenario.HitRatio(second, 20, 60), 0.98 * second.Workload.OracleHitRatio(15_000), 1);
    }

    [Fact]
    public void Memory_freed_by_a_process_that_exits_is_used_by_the_other()
    {
        using Scenario scenario = new();
        SimulatedLoad leaving = scenario.Manage(new UniformAccess(30_000));
        SimulatedLoad staying = scenario.Manage(new UniformAccess(30_000));
        scenario.Driver.At(TimeSpan.FromSeconds(20), leaving.Process.Exit);
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(staying, 10, 20), 0, 0.8);
        Assert.InRange(Scenario.HitRatio(staying, 45, 60), 0.99, 1);
    }
}
