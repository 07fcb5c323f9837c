using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Processes whose scans take long, as with tens of thousands of mappings: others have their rounds meanwhile.</summary>
public sealed class LongWorkTests
{
    private const uint Stranger = 1000;
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(6.5);
    private static readonly TimeSpan s_part = TimeSpan.FromMilliseconds(20);

    /// <summary>What a scan of a slow process does first.</summary>
    private enum Slowness
    {
        /// <summary>All of it, before it clears.</summary>
        Whole,

        /// <summary>Its clear continues by itself.</summary>
        Alongside,

        /// <summary>Its mappings are read bit by bit.</summary>
        Parts,

        /// <summary>It is cleared in pieces.</summary>
        Pieces,
    }

    [Fact]
    public void While_a_clear_continues_for_seconds_others_have_their_rounds()
    {
        long alone = RoundsAmong(0, Slowness.Whole);
        Assert.InRange(RoundsAmong(2, Slowness.Alongside), 0.98 * alone, alone);

        // Where it is waited for they have not.
        Assert.InRange(RoundsAmong(2, Slowness.Whole), 0, 0.5 * alone);
    }

    [Fact]
    public void What_is_prepared_bit_by_bit_for_seconds_delays_others_by_a_bit_at_a_time()
    {
        long alone = RoundsAmong(0, Slowness.Parts);
        Assert.InRange(RoundsAmong(2, Slowness.Parts), 0.9 * alone, alone);
    }

    [Fact]
    public void Slow_processes_have_their_rounds_too_and_the_interval_of_a_scan_begins_when_its_clear_has_ended()
    {
        using Scenario scenario = new();
        Counter rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, rounds);
        SimulatedProcess process = Start(scenario);
        engine.Add(new Slow(process, scenario.Machine, Slowness.Alongside), new TieringGroup("slow") { Share = FastShare.Auto }, Stranger);
        scenario.Driver.Run(TimeSpan.FromMinutes(2), engine.Step);

        // Five scans a round, each 6.5 s of clearing and an interval that is shorter than that.
        Assert.InRange(rounds.Of(process.Pid), 2, 4);
        Assert.InRange(rounds.Interval.TotalSeconds, 0.1, 1.1);
    }

    [Fact]
    public void What_a_scan_of_a_slow_process_covers_counts_from_the_end_of_its_clear_and_not_from_when_that_was_noticed()
    {
        using Scenario scenario = new();
        Counter rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, rounds);
        SimulatedProcess process = Start(scenario);
        Slow slow = new(process, scenario.Machine, Slowness.Alongside);
        engine.Add(slow, new TieringGroup("slow") { Share = FastShare.Auto }, Stranger);
        scenario.Driver.Run(TimeSpan.FromMinutes(2), engine.Step);

        // It is asked for less than once in half a second after some seconds, and noticed that much later.
        TimeSpan covered = slow.Covered.Take((int)rounds.Of(process.Pid) * Scenario.Options.ScansPerRound)
            .TakeLast(Scenario.Options.ScansPerRound)
            .Aggregate(TimeSpan.Zero, (sum, one) => sum + one) / Scenario.Options.ScansPerRound;
        Assert.InRange(covered, TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(1));
        Assert.Equal(covered.TotalSeconds, rounds.Interval.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void A_clear_that_continues_may_be_broken_off_by_a_pause()
    {
        using Scenario scenario = new();
        Counter rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, rounds);
        SimulatedProcess process = Start(scenario);
        engine.Add(new Slow(process, scenario.Machine, Slowness.Alongside), new TieringGroup("slow") { Share = FastShare.Auto }, Stranger);
        scenario.Driver.At(TimeSpan.FromSeconds(2), () => engine.IsPaused = true);
        scenario.Driver.At(TimeSpan.FromSeconds(20), () =>
        {
            Assert.Equal(0, rounds.Of(process.Pid));
            engine.IsPaused = false;
        });
        scenario.Driver.Run(TimeSpan.FromMinutes(2), engine.Step);
        Assert.InRange(rounds.Of(process.Pid), 1, 4);
    }

    [Fact]
    public void A_clear_in_pieces_stalls_for_a_piece_and_its_interval_counts_from_its_middle()
    {
        using Scenario scenario = new();
        Counter rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, rounds);
        SimulatedProcess process = Start(scenario);
        engine.Add(new Slow(process, scenario.Machine, Slowness.Pieces), new TieringGroup("slow") { Share = FastShare.Auto }, Stranger);
        scenario.Driver.Run(TimeSpan.FromMinutes(2), engine.Step);
        Assert.InRange(rounds.Of(process.Pid), 5, long.MaxValue);
        Assert.Equal(Slow.Piece, rounds.LongestClear);

        // A clear works for a second and rests for as long. After the first round a second passes from its end to the read, at least.
        Assert.InRange(rounds.Interval.TotalSeconds, 1 + 0.9, 1 + 1.5);
    }

    [Fact]
    public void A_clear_in_pieces_that_is_broken_off_begins_again_from_the_start()
    {
        using Scenario scenario = new();
        Counter rounds = new(0);
        using TieringEngine engine = EngineOf(scenario, rounds);
        SimulatedProcess process = Start(scenario);
        Slow slow = new(process, scenario.Machine, Slowness.Pieces);
        engine.Add(slow, new TieringGroup("slow") { Share = FastShare.Auto }, Stranger);
        scenario.Driver.At(TimeSpan.FromSeconds(1), () => engine.IsPaused = true);
        scenario.Driver.At(TimeSpan.FromSeconds(20), () => engine.IsPaused = false);
        scenario.Driver.Run(TimeSpan.FromMinutes(1), engine.Step);
        Assert.Equal(1, slow.BrokenOff);
        Assert.InRange(rounds.Of(process.Pid), 1, long.MaxValue);
    }

    [Fact]
    public void A_user_with_hundreds_of_slow_processes_delays_a_due_round_of_roots_by_a_turn()
    {
        using Scenario scenario = new();
        SimulatedProcess victim = Start(scenario);
        Counter rounds = new(victim.Pid);
        using TieringEngine engine = EngineOf(scenario, rounds);
        engine.Add(victim, new TieringGroup("victim") { Share = FastShare.Auto });
        TieringGroup others = new("others") { Share = FastShare.Auto };
        for (int i = 0; i < 200; i++)
        {
            // A turn of all users' takes 50 ms, and the part of a scan that is begun in it.
            engine.Add(new Slow(Start(scenario), scenario.Machine, Slowness.Parts), others, Stranger + (uint)(i % 20));
        }

        scenario.Driver.Run(TimeSpan.FromMinutes(1), () =>
        {
            TimeSpan begun = scenario.Machine.TieringTime;
            TimeSpan wait = engine.Step();
            rounds.LongestStep = Longer(rounds.LongestStep, scenario.Machine.TieringTime - begun);
            return wait;
        });
        Assert.InRange(rounds.LongestStep, s_part, TimeSpan.FromMilliseconds(50 + 20 + 10));
        Assert.InRange(rounds.Of(victim.Pid), 10, long.MaxValue);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static long RoundsAmong(int slow, Slowness slowness)
    {
        using Scenario scenario = new();
        SimulatedProcess victim = Start(scenario);
        Counter rounds = new(victim.Pid);
        using TieringEngine engine = EngineOf(scenario, rounds);
        engine.Add(victim, new TieringGroup("victim") { Share = FastShare.Auto });
        TieringGroup others = new("others") { Share = FastShare.Auto };
        for (int i = 0; i < slow; i++)
        {
            engine.Add(new Slow(Start(scenario), scenario.Machine, slowness), others, Stranger);
        }

        scenario.Driver.Run(TimeSpan.FromMinutes(2), engine.Step);
        return rounds.Of(victim.Pid);
    }

    private static SimulatedProcess Start(Scenario scenario)
    {
        SimulatedProcess process = scenario.Machine.StartProcess("process");
        process.Populate(process.Map(1_000));
        return process;
    }

    private static TieringEngine EngineOf(Scenario scenario, IRoundObserver observer) => new(
        scenario.Machine,
        Scenario.Options with { MaxRest = TimeSpan.FromMilliseconds(500), MaxInterval = TimeSpan.FromMilliseconds(100) },
        scenario.Machine.Clock,
        observer,
        () => scenario.Machine.TieringTime);

    private sealed class Counter(int watched) : IRoundObserver
    {
        private readonly Dictionary<int, long> _rounds = [];

        public TimeSpan Interval { get; private set; }

        public TimeSpan LongestStep { get; set; }

        public TimeSpan LongestClear { get; private set; }

        public long Of(int pid) => _rounds.GetValueOrDefault(pid);

        public void OnRound(RoundReport report, HeatMap heat)
        {
            _rounds[report.Pid] = Of(report.Pid) + 1;
            LongestClear = Longer(LongestClear, report.Cost.LongestClear);
            Interval = report.Pid == watched ? Interval : report.Scans.Interval;
        }

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }

    private sealed class Slow(SimulatedProcess inner, SimulatedMachine machine, Slowness slowness)
        : IManagedProcess, IAccessTracker, IAccessClearer
    {
        /// <summary>How long a piece takes.</summary>
        public static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(2);

        private const int NotBegun = -1;
        private const int Slices = 50;

        private TimeSpan? _endsAt;
        private TimeSpan _endedAt;
        private int _parts = NotBegun;
        private int _slices;

        public int BrokenOff { get; private set; }

        /// <summary>From the end of each clear that continued by itself to the read after it.</summary>
        public List<TimeSpan> Covered { get; } = [];

        public int Pid => inner.Pid;

        public string Name => inner.Name;

        public IAccessTracker Tracker => this;

        public IAccessClearer Clearer => this;

        public IPageMigrator Migrator => inner.Migrator;

        public bool Prepare()
        {
            if (slowness != Slowness.Parts || _parts == 0)
            {
                _parts = NotBegun;
                return true;
            }

            _parts = _parts == NotBegun ? (int)(s_long / s_part) : _parts - 1;
            machine.Charge((long)s_part.TotalNanoseconds);
            return false;
        }

        public ScanOutcome Read(IScanSink sink)
        {
            Covered.Add(machine.Clock.GetElapsedTime(0) - _endedAt);
            return inner.Tracker.Read(sink);
        }

        public ScanOutcome Clear()
        {
            if (slowness == Slowness.Whole)
            {
                machine.Charge((long)s_long.TotalNanoseconds);
            }

            if (slowness == Slowness.Alongside)
            {
                TimeSpan now = machine.Clock.GetElapsedTime(0);
                _endsAt ??= now + s_long;
                if (now < _endsAt)
                {
                    return new ScanOutcome(ScanStatus.Unfinished, TimeSpan.Zero);
                }

                (_endedAt, _endsAt) = (_endsAt.Value, null);
                return inner.Clearer.Clear() with { Ago = now - _endedAt };
            }

            if (slowness == Slowness.Pieces)
            {
                machine.Charge((long)s_part.TotalNanoseconds);
                _slices = (_slices + 1) % Slices;
                return _slices > 0
                    ? new ScanOutcome(ScanStatus.Unfinished, s_part, LongestPiece: Piece)
                    : inner.Clearer.Clear() with { Duration = s_part * Slices, LongestPiece = Piece };
            }

            return inner.Clearer.Clear();
        }

        public void BreakOff() => (_slices, BrokenOff) = (0, BrokenOff + 1);

        public void Dispose()
        {
        }
    }
}
