using Terrace.Core.Units;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What tiering costs: time, moves, garbage.</summary>
public sealed class CostTests
{
    [Fact]
    public void The_steady_state_makes_no_garbage()
    {
        using Scenario scenario = new();
        scenario.Manage(Scenario.Scattered);
        scenario.Run(40);
        long rounds = scenario.Rounds.Rounds;
        Garbage garbage = new();
        scenario.Driver.Run(TimeSpan.FromSeconds(400), () => garbage.Add(scenario.Engine.Step));
        Assert.True(scenario.Rounds.Rounds - rounds >= 5);
        Assert.Equal(0, garbage.Bytes);
    }

    [Fact]
    public void The_steady_state_costs_the_workload_less_than_three_percent()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        SimulationResult result = scenario.Run(60);
        long managed = load.Samples.Skip(20).Sum(sample => sample.Accesses);
        long ideal = 40L * 2_000_000 / Scenario.Scale;
        Assert.InRange(managed, 0.97 * ideal, ideal);
        Assert.True(result.Samples[^1].Accesses > result.Samples[0].Accesses);
    }

    [Fact]
    public void A_static_hot_set_is_left_alone_once_it_is_in_place()
    {
        using Scenario scenario = new();
        scenario.Manage(Scenario.Scattered);
        scenario.Run(30);
        SimulationResult steady = scenario.Run(60);
        Assert.InRange(steady.MovedPages, 0, Scenario.FastPages / 100);
    }

    [Fact]
    public void An_idle_process_is_not_moved_about_and_costs_next_to_nothing()
    {
        using Scenario scenario = new();
        scenario.Manage(new Idle(Scenario.Pages));
        scenario.Run(30);
        SimulationResult later = scenario.Run(60);
        Assert.Equal(0, later.MovedPages);
        Assert.InRange(later.TieringTime.TotalSeconds, 0, 0.003 * 60);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("uniform")]
    [InlineData("zipf")]
    public void Pages_do_not_go_up_and_down_for_ever(string name)
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(SimulationPresets.Find(name)!.Workload(Scenario.Pages, 6));
        double untiered = (double)load.Process.PagesOn(0) / Scenario.Pages;
        scenario.Run(30);
        SimulationResult steady = scenario.Run(90);

        // Less than one page in ten a minute, and no loss against where first touch had put them.
        Assert.InRange(steady.MovedPages, 0, Scenario.Pages / 10 * 1.5);
        Assert.InRange(Scenario.HitRatio(load, 30, 120), 0.97 * untiered, 1);
    }

    [Fact]
    public void Huge_pages_do_not_go_up_and_down_for_ever()
    {
        using Scenario scenario = new();
        scenario.Manage(new ContiguousHotSet(Scenario.Pages, 0.1, 0.99), hugePages: true);
        scenario.Run(30);
        Assert.InRange(scenario.Run(90).MovedPages, 0, Scenario.Pages);
    }

    [Fact]
    public void Moves_stay_under_the_rate_limit_in_every_second()
    {
        const long PagesPerSecond = 500;
        using Scenario scenario = new(options: Scenario.Options with { RateLimitBytesPerSecond = PagesPerSecond * Machines.PageBytes });
        scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.5));
        SimulationResult result = scenario.Run(40);
        Assert.All(result.Samples, sample => Assert.InRange(sample.MovedPages, 0, PagesPerSecond * 1.05));
        Assert.InRange(result.Samples.Max(sample => sample.MovedPages), PagesPerSecond * 0.95, PagesPerSecond * 1.05);
    }

    [Fact]
    public void Equal_seeds_give_equal_results_to_the_bit()
    {
        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));

        static ulong Run(ulong seed)
        {
            using Scenario scenario = new(seed);
            SimulatedLoad load = scenario.Manage(new MovingHotSet(20_000, 0.1, 0.9, TimeSpan.FromSeconds(8), seed), FastShare.OfPages(0.3));
            scenario.Manage(new ZipfAccess(25_000, 0.99, seed));
            load.Process.Faults.BusyFraction = 0.1;
            return scenario.Run(20).Digest();
        }
    }
}
