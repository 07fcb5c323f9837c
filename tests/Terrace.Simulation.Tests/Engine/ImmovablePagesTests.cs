using Terrace.Core.Units;
using Terrace.Simulation.Runs;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Pages that a device, RDMA or io_uring has pinned: the kernel says busy at each try.</summary>
public sealed class ImmovablePagesTests
{
    [Theory]
    [InlineData(0.03)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Pinned_pages_are_known_after_some_rounds_and_hardly_tried_again(double pinned)
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
        load.Process.Faults.PinnedFraction = pinned;
        scenario.Run(60);
        long before = scenario.Rounds.Failed;
        scenario.Run(60);
        Assert.InRange(scenario.Rounds.Failed - before, 0, Scenario.Pages / 100);
        Assert.InRange(scenario.Rounds.LastImmovablePages, 1, (long)(Scenario.Pages * pinned * 1.02));
    }

    [Fact]
    public void What_can_be_moved_of_a_process_gets_its_share()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
        load.Process.Faults.PinnedFraction = 0.5;
        scenario.Run(120);
        long movable = Scenario.Pages - scenario.Rounds.LastImmovablePages;
        Assert.InRange(scenario.Rounds.LastFastPages / (double)movable, 0.295, 0.305);
    }

    [Fact]
    public void Pinned_pages_in_slow_memory_do_not_count_as_fast()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        load.Process.Faults.PinnedFraction = 0.5;
        scenario.Run(60);

        // Of the hot pages that are to come up half stay where they are.
        Assert.InRange(scenario.Rounds.LastImmovableFastPages, 0, scenario.Rounds.LastImmovablePages - (Scenario.Pages / 200));
        Assert.Equal(
            load.Samples[^1].FastShare * Scenario.Pages,
            scenario.Rounds.LastFastPages + scenario.Rounds.LastImmovableFastPages,
            Scenario.Pages / 1000.0);
    }

    [Fact]
    public void Pages_that_are_no_longer_pinned_move_again()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
        load.Process.Faults.PinnedFraction = 1;
        scenario.Run(60);
        Assert.Equal(0, scenario.Rounds.Moved);
        load.Process.Faults.PinnedFraction = 0;
        scenario.Run(900);
        Assert.InRange(load.Samples[^1].FastShare, 0.295, 0.305);
        Assert.Equal(0, scenario.Rounds.LastImmovablePages);
    }
}
