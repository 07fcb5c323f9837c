using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What goes wrong on real machines: memory full, moves that fail, processes that go.</summary>
public sealed class HostileConditionTests
{
    private const double FirstTouchHitRatio = 0.75;

    [Fact]
    public void A_slow_tier_that_refuses_every_page_does_no_harm_and_is_used_again_when_it_has_room()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
        load.Process.Faults.SetFull(1);
        scenario.Run(30);
        Assert.InRange(scenario.Rounds.Attempts, 0, 200_000);
        Assert.Equal(ProcessState.Running, load.Process.State);
        load.Process.Faults.SetFull(1, full: false);
        scenario.Run(30);
        Assert.InRange(load.Samples[^1].FastShare / 0.3, 0.99, 1.01);
    }

    [Fact]
    public void A_slow_tier_without_a_free_page_lets_pages_be_exchanged_through_the_headroom_of_the_fast_one()
    {
        using Scenario scenario = new(change: WithSmallSlowNode);
        SimulatedProcess filler = scenario.Machine.StartProcess("filler");
        filler.Populate(filler.Map(600));
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        filler.Exit();
        SimulatedNode slow = scenario.Machine.Nodes[1];
        Assert.True(slow.TryOccupy(slow.FreePages));
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(load, 30, 60), 0.98 * load.Workload.OracleHitRatio(Scenario.FastPages - 600), 1);
    }

    [Fact]
    public void Nothing_is_harmed_when_both_tiers_are_full()
    {
        using Scenario scenario = new(change: WithSmallSlowNode);
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        SimulatedNode slow = scenario.Machine.Nodes[1];
        Assert.True(slow.TryOccupy(slow.FreePages));
        SimulationResult result = scenario.Run(60);
        Assert.Equal(ProcessState.Running, load.Process.State);
        Assert.InRange(Scenario.HitRatio(load, 0, 60), 0.7, 1);
        Assert.InRange(scenario.Rounds.Attempts, 0, Scenario.Pages);
        Assert.InRange(result.TieringTime.TotalSeconds, 0, 0.02 * 60);
    }

    [Fact]
    public void A_fast_tier_held_by_others_is_left_to_them_until_they_go()
    {
        using Scenario scenario = new();
        SimulatedNode fast = scenario.Machine.Nodes[0];
        long others = fast.FreePages - fast.ReservePages;
        Assert.True(fast.TryOccupy(others));
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        scenario.Driver.At(TimeSpan.FromSeconds(30), () => fast.TryOccupy(-others));
        scenario.Run(60);
        Assert.Equal(0, Scenario.HitRatio(load, 0, 30));
        Assert.Equal(0, load.Samples.Take(29).Sum(sample => sample.MovedPages));
        Assert.InRange(Scenario.HitRatio(load, 50, 60), 0.9, 1);
    }

    [Fact]
    public void The_fast_tier_keeps_its_headroom_free()
    {
        using Scenario scenario = new();
        scenario.Manage(Scenario.Scattered);
        List<long> free = [];
        for (int second = 5; second < 40; second++)
        {
            scenario.Driver.At(TimeSpan.FromSeconds(second), () => free.Add(scenario.Machine.Nodes[0].FreePages));
        }

        scenario.Run(45);
        SimulatedNode fast = scenario.Machine.Nodes[0];
        long wanted = fast.ReservePages + (long)(fast.CapacityPages * Scenario.Options.HeadroomFraction);
        Assert.Equal(35, free.Count);
        Assert.All(free, pages => Assert.InRange(pages, wanted * 0.75, wanted * 1.5));
    }

    [Fact]
    public void Moves_that_fail_cost_little_of_the_hit_ratio_and_are_not_tried_for_ever()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        load.Process.Faults.BusyFraction = 0.3;
        load.Process.Faults.PinnedFraction = 0.03;
        load.Process.Faults.DeniedFraction = 0.03;
        scenario.Run(60);
        double oracle = load.Workload.OracleHitRatio(Scenario.FastPages);

        // 6 % of the pages cannot move; of the hot ones among them a quarter began in slow memory.
        Assert.InRange(Scenario.HitRatio(load, 15, 60), 0.97 * oracle, 1);
        long before = scenario.Rounds.Attempts;
        scenario.Run(60);
        Assert.InRange(scenario.Rounds.Attempts - before, 0, Scenario.Pages / 2);
    }

    [Fact]
    public void Pages_freed_between_scan_and_move_are_no_problem()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        load.Process.Faults.GoneFraction = 0.2;
        scenario.Run(40);
        Assert.InRange(Scenario.HitRatio(load, 20, 40), 0.98 * load.Workload.OracleHitRatio(Scenario.FastPages), 1);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(1.0)]
    [InlineData(7.3)]
    public void A_process_that_exits_in_the_middle_of_a_scan_is_let_go_and_the_other_stays_managed(double atSeconds)
    {
        using Scenario scenario = new();
        SimulatedLoad leaving = scenario.Manage(new ScatteredHotSet(10_000, 0.1, 0.9, seed: 3));
        SimulatedLoad staying = scenario.Manage(new ScatteredHotSet(30_000, 0.1, 0.9, seed: 4));
        scenario.Driver.At(TimeSpan.FromSeconds(atSeconds), () => leaving.Process.Faults.ExitAfterChunksRead = 7);
        scenario.Run(40);
        AssertLetGo(scenario, leaving);
        Assert.InRange(Scenario.HitRatio(staying, 20, 40), 0.98, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void A_process_that_exits_before_a_clear_is_let_go(int clears)
    {
        using Scenario scenario = new();
        SimulatedLoad leaving = scenario.Manage(Scenario.Scattered);
        leaving.Process.Faults.ExitAtClear = clears;
        scenario.Run(30);
        AssertLetGo(scenario, leaving);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(2_000)]
    public void A_process_that_exits_in_the_middle_of_a_move_is_let_go_and_the_other_stays_managed(int moves)
    {
        using Scenario scenario = new();
        SimulatedLoad leaving = scenario.Manage(Scenario.Scattered);
        SimulatedLoad staying = scenario.Manage(new ScatteredHotSet(10_000, 0.1, 0.9, seed: 4));
        leaving.Process.Faults.ExitAfterMoves = moves;
        scenario.Run(40);
        AssertLetGo(scenario, leaving);
        Assert.InRange(Scenario.HitRatio(staying, 30, 40), 0.99, 1);
    }

    [Fact]
    public void A_process_that_executes_another_program_stays_managed()
    {
        using Scenario scenario = new();
        SimulatedLoad before = scenario.Manage(Scenario.Scattered);
        SimulatedLoad? after = null;
        scenario.Driver.At(TimeSpan.FromSeconds(20.5), () =>
        {
            before.Process.Exec();
            SimulatedMapping mapping = before.Process.Map(Scenario.Pages);
            before.Process.Populate(mapping);
            after = scenario.Driver.Add(
                before.Process, mapping, new ScatteredHotSet(Scenario.Pages, 0.1, 0.9, seed: 77), TimeSpan.FromMicroseconds(3.9));
        });
        scenario.Run(50);
        Assert.Empty(scenario.Rounds.Gone);
        Assert.InRange(Scenario.HitRatio(after!, 38, 50), 0.98 * after!.Workload.OracleHitRatio(Scenario.FastPages), 1);
    }

    [Fact]
    public void Memory_that_grows_shrinks_and_is_remapped_is_followed()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        SimulatedProcess process = load.Process;
        SimulatedMapping other = process.Map(6_000);
        scenario.Driver.At(TimeSpan.FromSeconds(10), () => process.Populate(other));
        scenario.Driver.At(TimeSpan.FromSeconds(15), () => process.Unmap(other, 100, 5_000));
        scenario.Driver.At(TimeSpan.FromSeconds(20), () => process.Remap(load.Mapping, Scenario.Pages + 1_000));
        scenario.Driver.At(TimeSpan.FromSeconds(25), () => process.Unmap(other));
        scenario.Run(50);
        Assert.InRange(Scenario.HitRatio(load, 35, 50), 0.99 * load.Workload.OracleHitRatio(Scenario.FastPages), 1);
    }

    [Fact]
    public void Scans_that_are_refused_are_reported_and_tried_again_at_a_moderate_rate()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        load.Process.Faults.ScanErrno = 12;
        scenario.Driver.At(TimeSpan.FromSeconds(10.5), () => load.Process.Faults.ScanErrno = 0);
        scenario.Run(40);
        Assert.InRange(scenario.Rounds.ScanErrors.Count, 5, 20);
        Assert.All(scenario.Rounds.ScanErrors, errno => Assert.Equal(12, errno));
        Assert.InRange(Scenario.HitRatio(load, 27, 40), 0.99 * load.Workload.OracleHitRatio(Scenario.FastPages), 1);
    }

    [Fact]
    public void A_machine_with_one_tier_is_watched_and_left_alone()
    {
        using Scenario scenario = new(change: spec => spec with { Nodes = [spec.Nodes[0] with { CapacityBytes = 1L << 30 }] });
        scenario.Manage(Scenario.Scattered);
        scenario.Run(20);
        Assert.True(scenario.Rounds.Rounds > 0);
        Assert.Equal(0, scenario.Rounds.Attempts);
    }

    [Fact]
    public void A_dry_run_moves_nothing()
    {
        using Scenario scenario = new(options: Scenario.Options with { DryRun = true });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
        scenario.Run(20);
        Assert.Equal(0, scenario.Machine.MovedPages);
        Assert.InRange(Scenario.HitRatio(load, 0, 20), 0.7, FirstTouchHitRatio);
    }

    private static SimulatedMachineSpec WithSmallSlowNode(SimulatedMachineSpec spec) =>
        spec with { Nodes = [spec.Nodes[0], spec.Nodes[1] with { CapacityBytes = 13_000L * Machines.PageBytes, ReserveBytes = 0 }] };

    private static void AssertLetGo(Scenario scenario, SimulatedLoad leaving)
    {
        Assert.Equal(ProcessState.Exited, leaving.Process.State);
        Assert.Equal([leaving.Process.Pid], scenario.Rounds.Gone);
        Assert.DoesNotContain(leaving.Process.Pid, scenario.Engine.Pids);
        Assert.True(leaving.Process.IsReleased);
    }
}
