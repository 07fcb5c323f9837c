using System.Diagnostics.CodeAnalysis;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// The tiering loop: scan → account → decide → move → adapt, for any number of processes (<see cref="RoundRunner"/> has the
/// steps). It is a state machine that a driver
/// steps: it starts no thread, never sleeps and takes time only from its <see cref="TimeProvider"/>, so that it runs alike on a
/// real and on a
/// simulated machine. Not thread-safe.
/// </summary>
public sealed partial class TieringEngine : IDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(1);

    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly IRoundObserver? _observer;
    private readonly List<TieringTarget> _targets = [];

    // Those of them that may be due before the next sorting, in the same order: most of thousands rest for a minute.
    private readonly List<TieringTarget> _soon = [];
    private long _sortAt = long.MinValue;

    // When the first of the others is due.
    private long _laterAt;
    private readonly long _startedAt;
    private readonly Func<TimeSpan> _cpuTime;
    private TieringOptions _options;
    private RoundRunner _rounds;
    private CpuBudget? _cpu;
    private CpuAccounts? _accounts;
    private (double Limit, TimeSpan Burst) _limited;

    /// <summary>
    /// Makes a loop with no targets. <paramref name="cpuTime"/> tells the processor time that the program has taken, for
    /// <see cref="TieringOptions.CpuLimit"/>, which does nothing without it.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public TieringEngine(
        IMachine machine, TieringOptions options, TimeProvider time, IRoundObserver? observer = null, Func<TimeSpan>? cpuTime = null)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _machine = machine;
        _time = time;
        _observer = observer;
        _startedAt = time.GetTimestamp();
        _cpuTime = cpuTime ?? (() => TimeSpan.Zero);
        Configure(options);
    }

    /// <summary>What governs the loop.</summary>
    public TieringOptions Options => _options;

    /// <summary>Processes being managed.</summary>
    public IEnumerable<int> Pids => _targets.Select(target => target.Process.Pid);

    /// <summary>Number of processes being managed.</summary>
    public int Count => _targets.Count;

    /// <summary>While set nothing is scanned nor moved, of any group.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Memory that tracking holds, bytes: of heat, and of what processes share.</summary>
    public long TrackingBytes => _machine.TrackingBytes + _targets.Sum(target => target.Heat.TrackingBytes + target.Ranking.Bytes);

    /// <summary>
    /// Processor time that is saved up under <see cref="TieringOptions.CpuLimit"/>; below zero when more was spent. Null without a limit.
    /// </summary>
    public TimeSpan? CpuCredit => _cpu?.Left;

    /// <summary>Takes other options, at once; what is known of the targets stays.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    [MemberNotNull(nameof(_options), nameof(_rounds))]
    public void Configure(TieringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _options = options;
        FastRoom room = new(_machine, options.HeadroomFraction);
        TokenBucket common = new(options.RateLimitBytesPerSecond, _time);
        PlanExecutor executor = new(_machine, _time, common, room);
        MoveGovernor? governor = options.BackOff is { } backOff ? new MoveGovernor(_machine, backOff, common, _time) : null;
        _rounds = new RoundRunner(_machine, executor, new RoundPlanner(_machine, room, _time), governor, _time, _startedAt, _observer);
        if (_cpu is null || options.CpuLimit != _limited.Limit || options.CpuBurst != _limited.Burst)
        {
            _cpu = new CpuBudget(options.CpuLimit, options.CpuBurst, _cpuTime, _time);
            _accounts = new CpuAccounts(options.CpuLimit, options.CpuBurst, _time);
            foreach (TieringTarget target in _targets)
            {
                target.Account = _accounts.Open(target.Account.User);
            }

            _limited = (options.CpuLimit, options.CpuBurst);
        }

        foreach (TieringTarget target in _targets)
        {
            Join(target, target.Group);
        }
    }

    /// <summary>
    /// Begins to manage a process, which the engine then owns, with a claim of its own; <paramref name="terms"/> is its rank
    /// among others, null for the default.
    /// </summary>
    public void Add(IManagedProcess process, FastShare share, FastTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(share);
        Add(process, new TieringGroup(process.Name) { Share = share, Terms = terms ?? FastTerms.Standard });
    }

    /// <summary>Begins to manage a process, which the engine then owns, as one of a group.</summary>
    /// <param name="process">The process.</param>
    /// <param name="group">Its group.</param>
    /// <param name="user">
    /// Who pays for the processor time that it takes, with all processes of theirs: when that is scarce they wait first, new processes too.
    /// Null: it pays by itself.
    /// </param>
    /// <exception cref="ArgumentException">An option of the group is out of range; the message names it.</exception>
    public void Add(IManagedProcess process, TieringGroup group, uint? user = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(group);
        Prepare(group);
        TieringTarget target = new(process, group, _options, _time.GetTimestamp()) { Account = _accounts!.Open(user) };
        _targets.Add(target);
        _soon.Add(target);
    }

    /// <summary>Puts a managed process into another group; what is known of its pages stays. False when it is not managed.</summary>
    /// <exception cref="ArgumentException">An option of the group is out of range; the message names it.</exception>
    public bool Regroup(int pid, TieringGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        Prepare(group);
        int index = IndexOf(pid);
        if (index >= 0)
        {
            Join(_targets[index], group);
        }

        return index >= 0;
    }

    /// <summary>Has another user pay for a managed process from now on; null: it pays by itself.</summary>
    public void SetUser(int pid, uint? user)
    {
        if (IndexOf(pid) is >= 0 and var index && _targets[index].Account.User != user)
        {
            _accounts!.Close(_targets[index].Account);
            _targets[index].Account = _accounts.Open(user);
        }
    }

    /// <summary>Ends the rests of a group's processes, or with null of all: what they may have has changed.</summary>
    public void Wake(TieringGroup? group = null)
    {
        foreach (TieringTarget target in _targets)
        {
            if ((group is null || target.Group == group) && target.Phase is TargetPhase.Watch or TargetPhase.StartRound)
            {
                target.Phase = TargetPhase.StartRound;
                target.Idle.Forget();
                target.DueAt = Math.Min(target.DueAt, _time.GetTimestamp());
            }
        }

        _sortAt = long.MinValue;
    }

    /// <summary>
    /// The heat of a managed process's pages as of its last scan, for looking at until the next step; null when it is not
    /// managed.
    /// </summary>
    public HeatMap? HeatOf(int pid) => IndexOf(pid) is >= 0 and var index ? _targets[index].Heat : null;

    /// <summary>Stops managing a process; its pages stay where they are. False when it was not managed.</summary>
    public bool Remove(int pid)
    {
        int index = IndexOf(pid);
        if (index < 0)
        {
            return false;
        }

        RemoveAt(index);
        return true;
    }

    /// <summary>Ends all rounds that are under way, which are reported as broken off: nothing will be done for some time.</summary>
    public void BreakOff()
    {
        foreach (TieringTarget target in _targets)
        {
            _rounds.BreakOff(target);
        }
    }

    /// <summary>Does what is due and returns how long until more is: zero or more, one second when there is nothing to manage.</summary>
    public TimeSpan Step()
    {
        long begun = _time.GetTimestamp();

        // What was spent since the last step, on other things, is nobody's.
        _ = _cpu!.Left;
        _restSteps = 0;
        if (_sortAt <= begun || _laterAt <= begun)
        {
            Sort(begun);
        }

        for (int i = _soon.Count - 1; i >= 0; i--)
        {
            TieringTarget target = _soon[i];
            if (IsPaused || target.Group.IsPaused)
            {
                // What a round has seen is stale by the time it continues: it starts over.
                _rounds.BreakOff(target);
                continue;
            }

            if (target.Account.User is null)
            {
                StepIfDue(target);
            }
        }

        StepUsers();
        AccountForRests();
        long now = _time.GetTimestamp();
        TimeSpan wait = _laterAt == long.MaxValue ? s_longestWait : Until(_laterAt, now);
        wait = wait < s_longestWait ? wait : s_longestWait;
        foreach (TieringTarget target in _soon)
        {
            if (IsPaused || target.Group.IsPaused)
            {
                continue;
            }

            TimeSpan due = Until(target.DueAt, now);
            wait = due < wait ? due : wait;
        }

        return wait;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_targets.Count > 0)
        {
            RemoveAt(_targets.Count - 1);
        }
    }

    // Rounded up: a wait that is rounded down to nothing would spin until the instant comes.
    private TimeSpan Until(long at, long now) =>
        at <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, at) + TimeSpan.FromTicks(1);

    private void Sort(long now)
    {
        _sortAt = now + (long)(s_longestWait.TotalSeconds * _time.TimestampFrequency);
        _laterAt = long.MaxValue;
        _soon.Clear();
        foreach (TieringTarget target in _targets)
        {
            // A round that is under way may be broken off by a pause at any time.
            if (target.DueAt <= _sortAt || target.IsInRound)
            {
                _soon.Add(target);
            }
            else if (!IsPaused && !target.Group.IsPaused)
            {
                _laterAt = Math.Min(_laterAt, target.DueAt);
            }
        }
    }

    private int IndexOf(int pid) => _targets.FindIndex(target => target.Process.Pid == pid);

    private void Prepare(TieringGroup group)
    {
        if (group.Options is { } own)
        {
            own.ThrowIfInvalid();
            group.Bucket ??= new TokenBucket(own.RateLimitBytesPerSecond, _time);
        }
    }

    private void RemoveAt(int index)
    {
        TieringTarget target = _targets[index];
        _targets.RemoveAt(index);
        _soon.Remove(target);
        _rounds.BreakOff(target);
        _accounts!.Close(target.Account);
        target.Dispose();
    }

    private void Join(TieringTarget target, TieringGroup group)
    {
        if (target.Join(group, _options))
        {
            _rounds.BreakOff(target);
        }
    }
}
