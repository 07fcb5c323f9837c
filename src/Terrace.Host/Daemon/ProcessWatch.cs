using System.Diagnostics;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Finds processes as they come and change, and says which should be looked at. Costs next to nothing while nothing happens: the
/// kernel reports forks, program starts and changes of user; a slow sweep through /proc finds what it does not report, which is
/// moves between control groups.
/// </summary>
internal sealed class ProcessWatch : IDisposable
{
    /// <summary>A process is looked at when it has lived this long: most live shorter and need no look.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(500);

    /// <summary>A whole sweep takes this long when the kernel reports new processes.</summary>
    private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(2);

    /// <summary>
    /// It takes longer where there are many processes: each costs three system calls, and there is rarely something to find.
    /// </summary>
    private const int MostSweptPerSecond = 20;

    /// <summary>The same when it does not.</summary>
    private static readonly TimeSpan s_sweepAlone = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Between two sweeps because events were lost: who forks without end has events lost all the time, and each sweep is of everybody's
    /// processes.
    /// </summary>
    private static readonly TimeSpan s_sweepAfterLoss = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Part of a tick that a sweep takes at the start or when the rules have changed, when there are thousands of processes to be looked
    /// at: in between, clients are answered and those that are managed already have their rounds.
    /// </summary>
    private static readonly TimeSpan s_mostOfTick = TimeSpan.FromMilliseconds(200);

    /// <summary>Events that are taken at once; between two batches the clock is looked at.</summary>
    private const int EventsOfBatch = 500;

    private readonly ProcessEvents? _events;
    private readonly ProcessIdentityReader _identities;
    private readonly List<ProcessEvent> _happened = [];
    private readonly Dictionary<int, long> _dueAt = [];
    private readonly Dictionary<int, int> _known = [];
    private readonly Queue<(int Pid, long At)> _due = [];
    private readonly List<int> _sweep = [];
    private int _swept;
    private long _sweepStartedAt;
    private TimeSpan _sweepSpan;
    private bool _sweepAtOnce = true;
    private bool _hasLost;
    private bool _sweepsForLoss;

    /// <summary>Begins to watch; without process events (see <see cref="EventsErrno"/>) by looking through /proc every second.</summary>
    public ProcessWatch(ProcessIdentityReader identities)
    {
        _identities = identities;
        EventsErrno = ProcessEvents.TryOpen(out _events);
    }

    /// <summary>0, or why the kernel reports no events.</summary>
    public int EventsErrno { get; }

    private TimeSpan Period => _events is null ? s_sweepAlone : _sweepSpan > s_sweep ? _sweepSpan : s_sweep;

    /// <summary>True while there are processes to be looked at soon, or nobody reports new ones.</summary>
    public bool IsBusy =>
        _events is null || _sweepAtOnce || _hasLost || _dueAt.Count > 0 || (_sweepSpan == TimeSpan.Zero && _swept < _sweep.Count);

    /// <summary>Called for a process that the kernel reports to have ended.</summary>
    public Action<int>? Exited { get; set; }

    /// <summary>Called with all processes there are, when a sweep begins.</summary>
    public Action<IReadOnlyList<int>>? Listed { get; set; }

    /// <summary>How often events were lost, because more came than the kernel keeps.</summary>
    public long Overruns { get; private set; }

    /// <summary>
    /// Looks for what happened and calls <paramref name="look"/> for each process that came or changed, while it
    /// <paramref name="hasTime"/>: a user can cause events of forks without end, sweeps because some were lost, and thousands of processes
    /// that are due to be looked at. The rest is for the next tick.
    /// </summary>
    public void Tick(Action<int> look, Func<bool> hasTime)
    {
        TakeEvents(hasTime);
        long now = Stopwatch.GetTimestamp();
        if (_hasLost && Stopwatch.GetElapsedTime(_sweepStartedAt, now) >= s_sweepAfterLoss)
        {
            LookAgain();
            _sweepsForLoss = true;
        }

        if (_sweepAtOnce || (_swept >= _sweep.Count && Stopwatch.GetElapsedTime(_sweepStartedAt, now) >= Period))
        {
            BeginSweep(now);
        }

        Sweep(now, look, hasTime);
        while (_due.TryPeek(out (int Pid, long At) next) && next.At <= now && hasTime())
        {
            _due.Dequeue();

            // It may have ended, and come again.
            if (_dueAt.TryGetValue(next.Pid, out long at) && at == next.At)
            {
                _dueAt.Remove(next.Pid);
                look(next.Pid);
            }
        }
    }

    /// <summary>A process is looked at now: it need not be again before it changes.</summary>
    public void NoteLook(int pid)
    {
        if (HashOf(pid) is { } hash)
        {
            _known[pid] = hash;
        }
    }

    /// <summary>Makes a set ready when the next <see cref="Tick"/> should not wait; false when that is not possible.</summary>
    public bool AddTo(EpollSet set) => _events?.AddTo(set) == true;

    /// <summary>Looks at all processes again: the rules have changed.</summary>
    public void LookAgain()
    {
        _known.Clear();
        _sweepAtOnce = true;
        _hasLost = _sweepsForLoss = false;
    }

    public void Dispose() => _events?.Dispose();

    private void TakeEvents(Func<bool> hasTime)
    {
        if (_events is null)
        {
            return;
        }

        bool hasMore;
        do
        {
            _happened.Clear();
            if (!_events.Drain(_happened, EventsOfBatch, out hasMore))
            {
                // Who came meanwhile is not known: the next sweep, which begins soon, finds them.
                Overruns++;
                _hasLost = true;
            }

            NoteEvents();
        }
        while (hasMore && hasTime());
    }

    private void NoteEvents()
    {
        long settled = Stopwatch.GetTimestamp() + (long)(s_settle.TotalSeconds * Stopwatch.Frequency);
        foreach (ProcessEvent one in _happened)
        {
            if (one.Kind == ProcessEventKind.Exited && !_identities.GoesOn(one.Pid))
            {
                _dueAt.Remove(one.Pid);
                _known.Remove(one.Pid);
                Exited?.Invoke(one.Pid);
            }
            else
            {
                // A process that changed is looked at even when its control group is the one known; one whose first thread alone has
                // ended too.
                _known.Remove(one.Pid);
                // The first event counts, or a process that never rests would never be looked at.
                if (_dueAt.TryAdd(one.Pid, settled))
                {
                    _due.Enqueue((one.Pid, settled));
                }
            }
        }
    }

    private void BeginSweep(long now)
    {
        _sweep.Clear();
        _sweep.AddRange(_identities.Pids());
        _swept = 0;
        Listed?.Invoke(_sweep);
        _sweepStartedAt = now;
        TimeSpan paced = TimeSpan.FromSeconds((double)_sweep.Count / MostSweptPerSecond);
        _sweepSpan = _sweepAtOnce || _events is null ? TimeSpan.Zero : paced > s_sweep ? paced : s_sweep;
        _sweepAtOnce = false;
        if (_known.Count > _sweep.Count)
        {
            HashSet<int> there = [.. _sweep];
            foreach (int gone in _known.Keys.Where(pid => !there.Contains(pid)).ToList())
            {
                _known.Remove(gone);
            }
        }
    }

    /// <summary>Continues the sweep at a pace that ends it in time.</summary>
    private void Sweep(long now, Action<int> look, Func<bool> hasTime)
    {
        double part = _sweepSpan > TimeSpan.Zero ? Math.Min(1, Stopwatch.GetElapsedTime(_sweepStartedAt, now) / _sweepSpan) : 1;
        int until = (int)(part * _sweep.Count);
        for (; _swept < until && (_sweepsForLoss ? hasTime() : Stopwatch.GetElapsedTime(now) < s_mostOfTick); _swept++)
        {
            int pid = _sweep[_swept];
            if (!_dueAt.ContainsKey(pid) && HashOf(pid) is { } hash && (!_known.TryGetValue(pid, out int known) || known != hash))
            {
                look(pid);
            }
        }
    }

    // Where the kernel does not report program starts, the program's name is looked at too.
    private int? HashOf(int pid) => _identities.QuickHash(pid, withName: _events is null);
}
