using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Rests that are for the process or for the host: who waits for the fast memory of one at rest does not end them.</summary>
public sealed class RestTests
{
    private const int HolderPages = 60_000;
    private const int LatePages = 20_000;
    private const long FastBytes = 40_000L * Machines.PageBytes;

    [Fact]
    public void A_rest_that_pays_off_a_stall_is_not_ended_for_one_who_waits_for_fast_memory()
    {
        // 118 chunks of the holder: each clear takes 118 ms, and five of them are paid off in a minute.
        TimeSpan shortest = ShortestRestOfHolder(
            TieringOptions with { MaxStall = TimeSpan.FromMilliseconds(50) }, BackOffReasons.LongStalls, _ => { });
        Assert.InRange(shortest.TotalSeconds, 55, 65);
    }

    [Fact]
    public void A_rest_after_moves_that_were_held_back_is_not_ended_for_one_who_waits_for_fast_memory()
    {
        TimeSpan shortest = ShortestRestOfHolder(
            TieringOptions, BackOffReasons.TargetCpu, holder => holder.Pressure.Cpu = 1);
        Assert.InRange(shortest.TotalSeconds, 5, 60);
    }

    [Fact]
    public void Who_is_held_back_while_it_waits_for_others_rests_as_long_as_if_it_did_not_wait()
    {
        List<Round> late = [];
        ShortestRestOfHolder(
            TieringOptions with { MaxStall = TimeSpan.FromMilliseconds(50) },
            BackOffReasons.LongStalls,
            _ => { },
            process => process.Pressure.Cpu = 1,
            late);
        Assert.True(late.Count > 3);
        Assert.All(late.Where(round => round.Rate == 0), round => Assert.InRange(round.Rest.TotalSeconds, 5, 60));
        Assert.Contains(late, round => round.Rate == 0);
    }

    private static TieringOptions TieringOptions { get; } = Scenario.Options with
    {
        BackOff = new BackOffOptions { MaxHold = TimeSpan.FromHours(1) },
    };

    /// <summary>
    /// A process fills fast memory and comes to rest; another one comes, and waits for its part. The shortest time between two rounds of
    /// the first meanwhile.
    /// </summary>
    private static TimeSpan ShortestRestOfHolder(
        TieringOptions holders,
        BackOffReasons reason,
        Action<SimulatedProcess> holds,
        Action<SimulatedProcess>? waits = null,
        List<Round>? late = null)
    {
        SimulatedMachine machine = new(
            SimulatedMachineSpec.TwoTiers(FastBytes, 4 * FastBytes, seed: 5) with { ClearNsPerChunk = 1_000_000 });
        SimulationDriver driver = new(machine);
        Log log = new();
        using TieringEngine engine = new(machine, TieringOptions, machine.Clock, log);
        SimulatedLoad holder = Start(driver, HolderPages, seed: 3);
        holds(holder.Process);
        engine.Add(holder.Process, new TieringGroup("holder", holders));
        driver.Run(TimeSpan.FromSeconds(70), engine.Step);
        SimulatedLoad other = Start(driver, LatePages, seed: 4);
        waits?.Invoke(other.Process);
        engine.Add(other.Process, new TieringGroup("late"));
        int before = log.Of(holder).Count;
        driver.Run(TimeSpan.FromSeconds(170), engine.Step);
        late?.AddRange(log.Of(other));

        List<Round> rounds = log.Of(holder)[(before - 1)..];
        Assert.InRange(rounds.Count, 3, 40);
        Assert.All(rounds, round => Assert.Equal(reason, round.BackOff & reason));
        return rounds.Zip(rounds.Skip(1)).Min(pair => pair.Second.At - pair.First.At);
    }

    private static SimulatedLoad Start(SimulationDriver driver, int pages, ulong seed) =>
        driver.Start(new ScatteredHotSet(pages, 0.3, 0.9, seed), computeTime: TimeSpan.FromMicroseconds(4));

    private sealed record Round(TimeSpan At, TimeSpan Rest, double Rate, BackOffReasons BackOff);

    private sealed class Log : IRoundObserver
    {
        private readonly Dictionary<int, List<Round>> _rounds = [];

        public List<Round> Of(SimulatedLoad load) => _rounds[load.Process.Pid];

        public void OnRound(RoundReport report, HeatMap heat)
        {
            if (!_rounds.TryGetValue(report.Pid, out List<Round>? rounds))
            {
                _rounds[report.Pid] = rounds = [];
            }

            rounds.Add(new Round(report.At, report.Scans.Rest, report.MoveRate, report.BackOff));
        }

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
