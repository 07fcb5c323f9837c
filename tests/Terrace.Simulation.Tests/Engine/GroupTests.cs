using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Processes that have one claim together.</summary>
public sealed class GroupTests
{
    private const int Pages = 8192;

    [Fact]
    public void A_groups_share_is_of_all_its_processes_and_goes_to_the_hottest_pages_of_all_of_them()
    {
        using Scenario scenario = new();
        TieringGroup group = new("pair") { Share = FastShare.OfPages(0.3) };

        // One process with a large hot set, one with a small one.
        SimulatedLoad busy = Start(scenario, group, hot: 0.4);
        SimulatedLoad quiet = Start(scenario, group, hot: 0.05);
        scenario.Run(90);
        long fast = FastPages(busy) + FastPages(quiet);
        Assert.InRange(fast / (2.0 * Pages), 0.29, 0.31);
        Assert.True(FastPages(busy) > 2 * FastPages(quiet), $"{FastPages(busy)} and {FastPages(quiet)}");
    }

    [Fact]
    public void Equal_processes_of_a_group_do_not_push_each_other_out_by_turns()
    {
        using Scenario scenario = new();
        TieringGroup group = new("pair") { Share = FastShare.OfPages(0.3) };
        SimulatedLoad one = Start(scenario, group, hot: 0.1);
        SimulatedLoad two = Start(scenario, group, hot: 0.1);
        scenario.Run(90);
        long movedBefore = scenario.Rounds.Moved;
        scenario.Run(180);
        Assert.InRange((FastPages(one) + FastPages(two)) / (2.0 * Pages), 0.29, 0.31);
        Assert.InRange(scenario.Rounds.Moved - movedBefore, 0, Pages / 5);
    }

    [Fact]
    public void Three_shares_that_compete_for_too_little_get_their_fair_parts()
    {
        using Scenario scenario = new(
            change: spec => spec with { Nodes = [spec.Nodes[0] with { CapacityBytes = 12_288L * Machines.PageBytes }, spec.Nodes[1]] });
        (double Share, SimulatedLoad Load)[] loads =
        [
            .. new[] { 0.2, 0.5, 0.8 }.Select(
                share => (share, Start(scenario, new TieringGroup($"{share}") { Share = FastShare.OfPages(share) }, hot: 0.1))),
        ];
        scenario.Run(120);
        double total = loads.Sum(load => FastPages(load.Load));
        Assert.True(total > 10_000, $"{total} pages are in use");
        Assert.All(loads, load => Assert.InRange(FastPages(load.Load) / total, (load.Share / 1.5) - 0.01, (load.Share / 1.5) + 0.01));
    }

    [Fact]
    public void A_group_that_pauses_is_neither_scanned_nor_moved_and_resumes_afterwards()
    {
        using Scenario scenario = new();
        TieringGroup group = new("one") { Share = FastShare.OfPages(0.9), IsPaused = true };
        SimulatedLoad load = Start(scenario, group, hot: 0.1);
        long before = FastPages(load);
        scenario.Run(20);
        Assert.Equal(before, FastPages(load));
        Assert.Equal(0, scenario.Rounds.Rounds);
        group.Share = FastShare.OfPages(0.5);
        group.IsPaused = false;
        scenario.Run(40);
        Assert.InRange(FastPages(load) / (double)Pages, 0.49, 0.51);
    }

    [Fact]
    public void A_share_that_changes_holds_at_once_and_heat_is_not_forgotten()
    {
        using Scenario scenario = new();
        TieringGroup group = new("one") { Share = FastShare.OfPages(0.5) };
        SimulatedLoad load = Start(scenario, group, hot: 0.1);
        scenario.Run(120);
        TieringGroup other = new("other") { Share = FastShare.OfPages(0.2) };
        Assert.True(scenario.Engine.Regroup(load.Process.Pid, other));
        scenario.Engine.Wake();
        scenario.Run(8);
        Assert.InRange(FastPages(load) / (double)Pages, 0.19, 0.21);
        Assert.InRange(Scenario.HitRatio(load, 125, 128), 0.88, 1);
    }

    [Fact]
    public void A_groups_own_rate_limit_holds()
    {
        using Scenario scenario = new();
        TieringGroup group = new("slow", Scenario.Options with { RateLimitBytesPerSecond = 1 << 20 }) { Share = FastShare.OfPages(0.1) };
        Start(scenario, group, hot: 0.1);
        scenario.Run(10);
        Assert.InRange(scenario.Rounds.Moved * (long)Machines.PageBytes, 1, 11 << 20);
    }

    private static SimulatedLoad Start(Scenario scenario, TieringGroup group, double hot)
    {
        SimulatedLoad load = scenario.Driver.Start(
            new ScatteredHotSet(Pages, hot, 0.9, seed: 7), computeTime: TimeSpan.FromMicroseconds(4));
        scenario.Engine.Add(load.Process, group);
        return load;
    }

    private static long FastPages(SimulatedLoad load) => load.Process.PagesOn(0);
}
