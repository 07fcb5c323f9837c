using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Processes whose equal pages KSM has merged: what they have in common is placed once, by what all do.</summary>
public sealed class MergedPageTests
{
    private const int Pages = 20_000;
    private static readonly FastShare s_share = FastShare.OfPages(0.2);

    [Fact]
    public void Merged_pages_count_once_and_are_as_hot_as_the_hottest_of_their_users()
    {
        using Scenario scenario = new();
        SimulatedProcess idle = Populated(scenario, "idle");
        SimulatedProcess slow = Populated(scenario, "slow");
        SimulatedProcess busy = Populated(scenario, "busy");
        MergeAll(slow, idle);
        MergeAll(busy, slow);
        Assert.Equal((Pages, 0, 0), (idle.ResidentPages, slow.ResidentPages, busy.ResidentPages));

        // One that uses all pages now and then, and one that has hot ones.
        scenario.Driver.Add(slow, slow.Mappings[0], new UniformAccess(Pages), computeTime: TimeSpan.FromMilliseconds(2));
        SimulatedLoad load = scenario.Driver.Add(
            busy, busy.Mappings[0], new ScatteredHotSet(Pages, 0.1, 0.9, seed: 9), computeTime: TimeSpan.FromMicroseconds(4));
        TieringGroup group = new("equal") { Share = s_share };
        scenario.Engine.Add(idle, group);
        scenario.Engine.Add(slow, group);
        scenario.Engine.Add(busy, group);
        scenario.Run(60);
        Assert.InRange(idle.PagesOn(0) / (double)Pages, 0.19, 0.21);
        Assert.InRange(Scenario.HitRatio(load, 50, 60), 0.88, 1);
    }

    [Fact]
    public void When_who_they_count_for_ends_they_count_for_the_next_and_stay_where_they_are()
    {
        using Scenario scenario = new();
        SimulatedProcess first = Populated(scenario, "first");
        SimulatedProcess next = Populated(scenario, "next");
        MergeAll(next, first);
        SimulatedLoad load = scenario.Driver.Add(
            next, next.Mappings[0], new ScatteredHotSet(Pages, 0.1, 0.9, seed: 9), computeTime: TimeSpan.FromMicroseconds(4));
        TieringGroup group = new("equal") { Share = s_share };
        scenario.Engine.Add(first, group);
        scenario.Engine.Add(next, group);
        scenario.Run(60);
        (long fast, long moved) = (first.PagesOn(0), scenario.Machine.MovedPages);
        first.Exit();
        Assert.Equal((Pages, fast), (next.ResidentPages, next.PagesOn(0)));
        scenario.Run(60);
        Assert.InRange(scenario.Machine.MovedPages - moved, 0, Pages / 20);
        Assert.InRange(Scenario.HitRatio(load, 70, 120), 0.88, 1);
    }

    [Fact]
    public void What_one_writes_is_its_own_again_whoever_it_counted_for()
    {
        using Scenario scenario = new();
        SimulatedProcess first = Populated(scenario, "first");
        SimulatedProcess second = Populated(scenario, "second");
        SimulatedProcess third = Populated(scenario, "third");
        MergeAll(second, first);
        MergeAll(third, first);
        Assert.True(second.Write(second.Mappings[0], 5));
        Assert.True(first.Write(first.Mappings[0], 6));

        // What the first one had of page 6 is the second one's now, and after that the third one's, who is alone with it.
        Assert.Equal((Pages, 2, 0), (first.ResidentPages, second.ResidentPages, third.ResidentPages));
        second.Exit();
        Assert.Equal((Pages, 0, 1), (first.ResidentPages, second.ResidentPages, third.ResidentPages));
        first.Exit();
        Assert.Equal(Pages, third.ResidentPages);
        Machines.AssertExact(scenario.Machine);
    }

    private static SimulatedProcess Populated(Scenario scenario, string name)
    {
        SimulatedProcess process = scenario.Machine.StartProcess(name);
        Assert.True(process.Populate(process.Map(Pages)));
        return process;
    }

    private static void MergeAll(SimulatedProcess process, SimulatedProcess with)
    {
        for (int page = 0; page < Pages; page++)
        {
            process.Merge(process.Mappings[0], page, with, with.Mappings[0], page);
        }
    }
}
