using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What rounds found hot and cold is made known to the kernel's reclaim, whose accessed bits they clear.</summary>
public sealed class SharedHeatTests
{
    private const int Pages = 16384;

    /// <summary>Rounds follow one another, so that there is always a clear that was just now, and next to nothing is moved back.</summary>
    private static readonly TieringOptions s_options = Scenario.Options with
    {
        MinInterval = TimeSpan.FromMilliseconds(100),
        MaxInterval = TimeSpan.FromMilliseconds(100),
        MaxRest = TimeSpan.Zero,
        RateLimitBytesPerSecond = Machines.PageBytes,
    };

    [Fact]
    public void Hot_pages_that_reclaim_would_take_for_idle_stay_when_they_are_reported_to_it()
    {
        long untold = HotPagesDemoted(share: false);
        long told = HotPagesDemoted(share: true);
        Assert.True(untold >= 60, $"{untold} hot pages were demoted without sharing: there is nothing to compare with");
        Assert.True(told <= untold / 10, $"{told} hot pages were demoted with sharing, {untold} without");
    }

    [Fact]
    public void What_was_hot_once_and_is_cold_now_is_no_longer_kept()
    {
        using Scenario scenario = new(options: s_options with { ShareHeat = true });
        SimulatedLoad load = scenario.Manage(
            new MovingHotSet(Pages, 0.1, 0.97, TimeSpan.FromSeconds(20), seed: 5), FastShare.OfPages(1), slowdown: 4);
        scenario.Run(19);
        int[] before = HotPages(load, seconds: 19);
        Assert.InRange(ActiveShare(load, before), 0.97, 1);
        scenario.Run(20);
        int[] now = HotPages(load, seconds: 39);
        Assert.InRange(ActiveShare(load, now), 0.97, 1);
        Assert.InRange(ActiveShare(load, [.. before.Except(now)]), 0, 0.03);
    }

    [Fact]
    public void A_page_that_was_reported_is_not_taken_for_accessed()
    {
        using Scenario scenario = new(options: Scenario.Options with { ShareHeat = true });
        SimulatedProcess process = scenario.Machine.StartProcess("bursts");
        SimulatedMapping small = process.Map(4096);
        SimulatedMapping huge = process.Map(4096, hugePages: true);
        Assert.True(process.Populate(small) && process.Populate(huge));
        scenario.Engine.Add(process, FastShare.OfPages(1));
        for (int i = 0; i < 250; i++)
        {
            scenario.Driver.At(TimeSpan.FromMilliseconds(20 * i), () =>
            {
                for (int page = 0; page < 1024; page++)
                {
                    process.Access(small, page);
                    process.Access(huge, page);
                }
            });
        }

        scenario.Run(5);
        Assert.Equal(2048, scenario.Rounds.LastHotPages);
        Assert.True(scenario.Rounds.SharedHot >= 2048, $"{scenario.Rounds.SharedHot} pages were shared");

        // Nobody accesses any of it from now on.
        scenario.Run(300);
        Assert.Equal((0L, 8192L), (scenario.Rounds.LastHotPages, scenario.Rounds.LastColdPages));
    }

    [Fact]
    public void Telling_takes_about_as_long_as_scanning_at_most_and_every_hot_page_has_its_turn()
    {
        // Each page costs so much that a round has time for some hundred of more than a thousand.
        using Scenario scenario = new(options: s_options with { ShareHeat = true }, change: spec => spec with { ShareNsPerPage = 1_000 });
        SimulatedLoad load = scenario.Manage(Scattered(), FastShare.OfPages(1), slowdown: 0.5);
        scenario.Run(30);
        Assert.InRange(scenario.Rounds.ShareTime / scenario.Rounds.ScanTime, 0.5, 1.3);
        Assert.InRange(ActiveShare(load, HotPages(load)), 0.99, 1);
    }

    [Fact]
    public void Nothing_is_told_unless_it_is_asked_for_and_never_in_a_dry_run()
    {
        foreach (TieringOptions options in new[] { Scenario.Options, Scenario.Options with { ShareHeat = true, DryRun = true } })
        {
            using Scenario scenario = new(options: options);
            scenario.Manage(Scattered());
            scenario.Run(20);
            Assert.True(scenario.Rounds.Rounds > 3);
            Assert.Equal((0L, 0L, TimeSpan.Zero), (scenario.Rounds.SharedHot, scenario.Rounds.SharedCold, scenario.Rounds.ShareTime));
        }
    }

    [Fact]
    public void Time_spent_on_telling_is_under_the_cpu_limit()
    {
        // All of the machine's virtual time of scans, moves and telling counts as the program's own.
        const double Limit = 0.01;
        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(1L << 30, 2L << 30) with { ShareNsPerPage = 20_000 });
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(Scattered(), computeTime: TimeSpan.FromMicroseconds(4));
        RoundLog rounds = new();
        using TieringEngine engine = new(
            machine,
            s_options with { ShareHeat = true, CpuLimit = Limit, CpuBurst = TimeSpan.Zero },
            machine.Clock,
            rounds,
            () => machine.TieringTime);
        engine.Add(load.Process, FastShare.OfPages(1));
        driver.Run(TimeSpan.FromSeconds(60), engine.Step);
        Assert.True(rounds.SharedHot > 0);
        Assert.InRange(machine.TieringTime.TotalSeconds, 0, 60 * Limit * 1.2);
    }

    [Fact]
    public void Pages_and_processes_that_go_away_meanwhile_do_no_harm()
    {
        using Scenario scenario = new(options: s_options with { ShareHeat = true });
        SimulatedLoad load = scenario.Manage(Scattered(), FastShare.OfPages(1));
        SimulatedMapping other = load.Process.Map(2048);
        Assert.True(load.Process.Populate(other));
        for (int i = 0; i < 40; i++)
        {
            int first = i * 50;
            scenario.Driver.At(TimeSpan.FromMilliseconds(117 * i), () => load.Process.Unmap(other, first, 50));
        }

        scenario.Driver.At(TimeSpan.FromSeconds(8), load.Process.Exit);
        scenario.Run(20);
        Assert.Equal([load.Process.Pid], scenario.Rounds.Gone);
    }

    [Fact]
    public void The_steady_state_with_telling_makes_no_garbage()
    {
        using Scenario scenario = new(options: Scenario.Options with { ShareHeat = true });
        scenario.Manage(Scenario.Scattered);
        scenario.Run(40);
        (long rounds, long told) = (scenario.Rounds.Rounds, scenario.Rounds.SharedHot);
        Garbage garbage = new();
        scenario.Driver.Run(TimeSpan.FromSeconds(400), () => garbage.Add(scenario.Engine.Step));
        Assert.True(scenario.Rounds.Rounds - rounds >= 5 && scenario.Rounds.SharedHot > told);
        Assert.Equal(0, garbage.Bytes);
    }

    private static ScatteredHotSet Scattered() => new(Pages, 0.1, 0.97, seed: 5);

    /// <summary>
    /// Runs a process whose memory is all fast while others take fast memory bit by bit, for which the kernel demotes; returns
    /// how many of its hot pages went.
    /// </summary>
    private static long HotPagesDemoted(bool share)
    {
        const int Step = 100;
        using Scenario scenario = new(options: s_options with { ShareHeat = share });

        // A hot page is accessed some 35 times a second: rarely enough to look idle now and then between two scans.
        SimulatedLoad load = scenario.Manage(Scattered(), FastShare.OfPages(1), slowdown: 4);
        SimulatedNode fast = scenario.Machine.Nodes[0];
        SimulatedReclaim reclaim = new(scenario.Machine);
        Assert.True(fast.TryOccupy(fast.FreePages - (Step * 4)));
        for (int i = 0; i < 60; i++)
        {
            scenario.Driver.At(TimeSpan.FromMilliseconds(5000 + (i * 137)), () =>
            {
                Assert.Equal(Step, reclaim.Demote(fast, Step));
                Assert.True(fast.TryOccupy(Step));
            });
        }

        scenario.Run(15);
        Assert.InRange(load.Process.PagesOn(1), 5000, 6500);
        return HotPagesIn(load, node: 1);
    }

    private static long HotPagesIn(SimulatedLoad load, int node) =>
        HotPages(load).LongCount(page => load.Process.NodeOf(load.Mapping, page) == node);

    private static double ActiveShare(SimulatedLoad load, int[] pages) => pages.Average(page => load.Mapping.IsActive(page) ? 1.0 : 0);

    private static int[] HotPages(SimulatedLoad load, double seconds = 0)
    {
        double[] probabilities = new double[Pages];
        load.Workload.FillProbabilities(probabilities, TimeSpan.FromSeconds(seconds));
        return [.. Enumerable.Range(0, Pages).Where(page => probabilities[page] > 1.0 / Pages)];
    }
}
