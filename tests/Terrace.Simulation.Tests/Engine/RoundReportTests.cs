using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What a round's report says, held against what the simulated machine counts exactly.</summary>
public sealed class RoundReportTests
{
    private const int Pages = 8192;

    [Fact]
    public void Pages_after_the_moves_are_in_each_of_three_tiers_as_many_as_the_machine_has_there()
    {
        SimulatedMachine machine = ThreeTiers();
        SimulationDriver driver = new(machine);
        RoundTotals totals = new();
        List<string> wrong = [];
        long slices = 0;
        MovingHotSet workload = new(Pages, 0.1, 0.9, TimeSpan.FromSeconds(20), seed: 3);
        SimulatedLoad load = driver.Start(workload, computeTime: TimeSpan.FromMicroseconds(2));
        using TieringEngine engine = new(machine, new TieringOptions(), machine.Clock, new Told(totals, (report, _) =>
        {
            TierPages after = report.Pages.After;
            wrong.AddRange(Enumerable.Range(0, 3)
                .Where(tier => after[tier] != load.Process.PagesOn(tier))
                .Select(tier => $"round {report.Round}, tier {tier}: {after[tier]}, but {load.Process.PagesOn(tier)}"));
        }));
        engine.Add(load.Process, FastShare.Auto);
        driver.Run(TimeSpan.FromSeconds(60), () =>
        {
            TimeSpan wait = engine.Step();

            // At every instant, not only when a round ends.
            slices += totals.Moves.Moved == machine.MovedPages ? 1 : long.MinValue / 2;
            return wait;
        });
        Assert.Empty(wrong);
        Assert.InRange(slices, totals.Rounds, long.MaxValue);
        Assert.InRange(totals.Rounds, 10, 10_000);
        Assert.Equal(machine.MovedPages, totals.Moves.Moved);

        // Both boundaries were crossed, and the reports say so.
        Assert.All([(0, 1), (1, 0), (1, 2), (2, 0)], way => Assert.True(Moved(totals.Moves, way.Item1, way.Item2) > 0, $"{way}"));
        Assert.Equal(totals.Moves.Moved, MovedWhere(totals.Moves, _ => true));
    }

    [Fact]
    public void A_round_broken_off_while_it_scans_leaves_no_time_in_the_next_ones_report()
    {
        SimulatedMachine machine = Machines.TwoTiers(4000, 8000);
        SimulationDriver driver = new(machine);
        TimeSpan reported = TimeSpan.Zero;
        List<(TimeSpan Scans, TimeSpan Untold)> rounds = [];

        // In intervals so short no sample is looked at: all rounds cost the same.
        TimeSpan interval = TimeSpan.FromMilliseconds(5);
        TieringOptions options = new()
        {
            LookEvery = TimeSpan.FromMinutes(10),
            MinInterval = interval,
            FirstInterval = interval,
            MaxInterval = interval,
        };
        RoundTotals totals = new();
        using TieringEngine engine = new(machine, options, machine.Clock, new Told(totals, (report, _) =>
        {
            reported += report.Cost.Scans + report.Moves.Time;
            rounds.Add((report.Cost.Scans, machine.TieringTime - reported));
        }));
        engine.Add(driver.Start(new ScatteredHotSet(Pages, 0.1, 0.9, seed: 3)).Process, FastShare.Auto);
        int steps = 0;
        driver.Run(TimeSpan.FromSeconds(60), () =>
        {
            // After five rounds: a clear and two scans, then a pause.
            steps += rounds.Count == 5 && machine.TieringTime - reported > TimeSpan.Zero ? 1 : 0;
            engine.IsPaused = steps == 3;
            return engine.Step();
        });
        Assert.InRange(rounds.Count, 8, 10_000);
        Assert.All(rounds[..5], round => Assert.Equal(TimeSpan.Zero, round.Untold));
        Assert.InRange(rounds[5].Untold / rounds[4].Scans, 0.1, 0.9);
        Assert.All(rounds[5..], round => Assert.Equal((rounds[4].Scans, rounds[5].Untold), round));

        // It has a report of its own.
        engine.BreakOff();
        Assert.Equal(machine.TieringTime, totals.Cost.Scans + totals.Moves.Time);
    }

    [Fact]
    public void A_round_broken_off_while_it_moves_leaves_no_moves_in_the_next_ones_report()
    {
        SimulatedMachine machine = Machines.TwoTiers(4000, 8000);
        SimulationDriver driver = new(machine);
        List<(long Round, long Total, int Ways, TimeSpan Time, TimeSpan Wait, long Pressure)> rounds = [];
        TieringOptions options = new() { RateLimitBytesPerSecond = 1 << 20 };
        RoundTotals totals = new();
        List<long> brokenOff = [];
        using TieringEngine engine = new(machine, options, machine.Clock, new Told(totals, (report, _) =>
        {
            MoveReport moves = report.Moves;
            TimeSpan wait = report.Cost.RateLimitWait;
            rounds.Add((report.Round, moves.Total, moves.ByTier.Length, moves.Time, wait, report.HeldBack.Pressure));
        })
        {
            OnBrokenOff = report => brokenOff.Add(report.Moves.Moved),
        });
        SimulatedLoad load = driver.Start(new ScatteredHotSet(Pages, 0.1, 0.9, seed: 3));
        engine.Add(load.Process, FastShare.OfPages(0.1));
        bool isDry = false;
        driver.Run(TimeSpan.FromSeconds(30), () =>
        {
            if (!isDry && machine.MovedPages > 100)
            {
                isDry = true;
                engine.Configure(options with { DryRun = true });
            }

            return engine.Step();
        });
        Assert.True(isDry);
        Assert.InRange(rounds.Count, 2, 10_000);
        Assert.Equal(2, rounds[0].Round);
        Assert.All(rounds, round => Assert.Equal((round.Round, 0, 0, TimeSpan.Zero, TimeSpan.Zero, 0), round));

        // What it moved is in its own, and in the sums.
        Assert.Equal(machine.MovedPages, Assert.Single(brokenOff));
        Assert.Equal(machine.MovedPages, totals.Moves.Moved);
    }

    private static SimulatedMachine ThreeTiers() => new(new SimulatedMachineSpec
    {
        Nodes =
        [
            new(0, 2000L * Machines.PageBytes, 100) { HasCpus = true },
            new(1, 3000L * Machines.PageBytes, 300),
            new(2, 8000L * Machines.PageBytes, 900),
        ],
    });

    private static long Moved(MoveReport moves, int from, int to) => MovedWhere(moves, way => (way.From, way.To) == (from, to));

    private static long MovedWhere(MoveReport moves, Func<TierMoves, bool> isMeant) =>
        moves.ByTier.ToArray().Where(isMeant).Sum(way => way.Pages.Moved);

    private sealed class Told(RoundTotals totals, Action<RoundReport, HeatMap> onRound) : IRoundObserver
    {
        public Action<RoundReport>? OnBrokenOff { get; init; }

        public void OnMoves(int pid, MoveReport moves) => totals.AddMoves(moves);

        public void OnRound(RoundReport report, HeatMap heat)
        {
            totals.Add(report);
            onRound(report, heat);
        }

        public void OnRoundBrokenOff(RoundReport report)
        {
            totals.AddBrokenOff(report);
            OnBrokenOff?.Invoke(report);
        }

        public void OnTargetGone(int pid) => Assert.Fail("nobody leaves");

        public void OnScanFailed(int pid, int errno) => Assert.Fail("no scan fails");
    }
}
