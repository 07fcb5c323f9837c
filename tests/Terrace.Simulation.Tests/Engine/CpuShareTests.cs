using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Who waits when processor time is scarce.</summary>
public sealed class CpuShareTests
{
    private const uint Stranger = 1000;
    private const int Minutes = 5;

    [Fact]
    public void A_user_whose_processes_take_more_than_their_part_waits_and_others_do_not()
    {
        long alone = RoundsAmong(processes: 0, user: null);
        long among = RoundsAmong(processes: 10, user: Stranger);
        Assert.True(alone > 20, $"{alone} rounds");
        Assert.True(among >= 0.9 * alone, $"{among} rounds next to a user's processes, {alone} without");

        // Where each pays by itself they have ten parts of eleven.
        long shared = RoundsAmong(processes: 10, user: null);
        Assert.True(shared < 0.9 * alone, $"{shared} rounds: the pace would not have been needed");
    }

    [Fact]
    public void The_limit_holds_when_a_user_starts_one_process_after_another()
    {
        const double Limit = 0.005;
        TimeSpan burst = TimeSpan.FromMilliseconds(100);
        using Scenario scenario = new();
        RoundsOf rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, Limit, burst, rounds);
        SimulatedProcess? last = null;
        for (double second = 0; second < 300; second++)
        {
            scenario.Driver.At(TimeSpan.FromSeconds(second), () =>
            {
                last?.Exit();
                last = Start(scenario, 20_000);
                engine.Add(last, new TieringGroup("new") { Share = FastShare.Auto }, Stranger);
            });
        }

        scenario.Driver.Run(TimeSpan.FromSeconds(300), engine.Step);

        // Each would take 0.3 s; the last goes beyond.
        double took = (scenario.Machine.TieringTime + rounds.Reading).TotalSeconds;
        Assert.InRange(took, 0.5, (Limit * 300) + burst.TotalSeconds + 0.6);
    }

    private static long RoundsAmong(int processes, uint? user)
    {
        using Scenario scenario = new();
        SimulatedProcess victim = Start(scenario, 4_000);
        RoundsOf rounds = new(victim.Pid);
        using TieringEngine engine = EngineOf(scenario, 0.03, TimeSpan.FromSeconds(1), rounds);
        engine.Add(victim, new TieringGroup("victim") { Share = FastShare.Auto });
        TieringGroup others = new("others") { Share = FastShare.Auto };
        for (int i = 0; i < processes; i++)
        {
            engine.Add(Start(scenario, 2_000), others, user);
        }

        scenario.Driver.Run(TimeSpan.FromMinutes(Minutes), engine.Step);
        return rounds.Count;
    }

    private static SimulatedProcess Start(Scenario scenario, int pages)
    {
        SimulatedProcess process = scenario.Machine.StartProcess("process");
        process.Populate(process.Map(pages));
        return process;
    }

    private static TieringEngine EngineOf(Scenario scenario, double limit, TimeSpan burst, RoundsOf observer) => new(
        scenario.Machine,
        Scenario.Options with { CpuLimit = limit, CpuBurst = burst, MaxRest = TimeSpan.FromSeconds(2) },
        scenario.Machine.Clock,
        observer,
        () => scenario.Machine.TieringTime + observer.Reading);

    /// <summary>Counts the rounds of one process; those of others cost much, as where there are very many mappings to be read.</summary>
    private sealed class RoundsOf(int watched) : IRoundObserver
    {
        private static readonly TimeSpan s_victims = TimeSpan.FromMilliseconds(60);
        private static readonly TimeSpan s_others = TimeSpan.FromMilliseconds(300);

        public long Count { get; private set; }

        public TimeSpan Reading { get; private set; }

        public void OnRound(RoundReport report, HeatMap heat)
        {
            Count += report.Pid == watched ? 1 : 0;
            Reading += report.Pid == watched ? s_victims : s_others;
        }

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
