using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// The tiering loop: scan → account → decide → move → adapt, for any number of processes. It is a state machine that a driver
/// steps: it starts no thread, never sleeps and takes time only from its <see cref="TimeProvider"/>, so that it runs alike on a real and on a
/// simulated machine. Not thread-safe.
/// </summary>
public sealed class TieringEngine : IDisposable
{
    /// <summary>Rounds to watch before a page may be demoted for being cold (seeds: "may do it once on multi scan rounds, to make sure they are really cold").</summary>
    private const int RoundsBeforeExchange = 2;

    /// <summary>A fall of the estimated hit ratio by this much from one round to the next means that other pages have become hot: look again at once.</summary>
    private const double PatternChange = 0.03;

    private readonly IMachine _machine;
    private readonly TieringOptions _options;
    private readonly TimeProvider _time;
    private readonly IRoundObserver? _observer;
    private readonly FastRoom _room;
    private readonly PlanExecutor _executor;
    private readonly RoundPlanner _planner;
    private readonly List<TieringTarget> _targets = [];
    private readonly long _startedAt;

    /// <summary>Makes a loop with no targets.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public TieringEngine(IMachine machine, TieringOptions options, TimeProvider time, IRoundObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.ThrowIfInvalid();
        _machine = machine;
        _options = options;
        _time = time;
        _observer = observer;
        _room = new FastRoom(machine, options.HeadroomFraction);
        TokenBucket bucket = new(options.RateLimitBytesPerSecond, time);
        _executor = new PlanExecutor(machine, time, bucket, _room);
        _planner = new RoundPlanner(machine, options, _room);
        _startedAt = time.GetTimestamp();
    }

    /// <summary>Processes being managed.</summary>
    public IEnumerable<int> Pids => _targets.Select(target => target.Process.Pid);

    /// <summary>Number of processes being managed.</summary>
    public int Count => _targets.Count;

    /// <summary>Memory that tracking holds, bytes.</summary>
    public long TrackingBytes => _targets.Sum(target => target.Heat.TrackingBytes);

    /// <summary>Begins to manage a process, which the engine then owns; <paramref name="terms"/> is its rank among others, null for the standard.</summary>
    public void Add(IManagedProcess process, FastShare share, FastTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(share);
        _targets.Add(new TieringTarget(process, share, terms ?? FastTerms.Standard, _options, _time.GetTimestamp()));
    }

    /// <summary>Stops managing a process; its pages stay where they are. False when it was not managed.</summary>
    public bool Remove(int pid)
    {
        int index = _targets.FindIndex(target => target.Process.Pid == pid);
        if (index < 0)
        {
            return false;
        }

        RemoveAt(index);
        return true;
    }

    /// <summary>Does what is due and returns how long until more is: zero or more, one second when there is nothing to manage.</summary>
    public TimeSpan Step()
    {
        for (int i = _targets.Count - 1; i >= 0; i--)
        {
            TieringTarget target = _targets[i];
            if (target.DueAt <= _time.GetTimestamp() && !StepTarget(target))
            {
                int pid = target.Process.Pid;
                RemoveAt(i);
                _observer?.OnTargetGone(pid);
            }
        }

        TimeSpan wait = TimeSpan.FromSeconds(1);
        long now = _time.GetTimestamp();
        foreach (TieringTarget target in _targets)
        {
            // Rounded up: a wait that is rounded down to nothing would spin until the instant comes.
            TimeSpan due = target.DueAt <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, target.DueAt) + TimeSpan.FromTicks(1);
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

    private void RemoveAt(int index)
    {
        TieringTarget target = _targets[index];
        _targets.RemoveAt(index);
        target.Dispose();
    }

    /// <summary>Does one target's due step; false when its process is gone.</summary>
    private bool StepTarget(TieringTarget target) => target.Phase switch
    {
        TargetPhase.StartRound => StartRound(target),
        TargetPhase.Scan => Scan(target),
        _ => Move(target),
    };

    private bool StartRound(TieringTarget target)
    {
        RoundReport report = target.Report;
        report.ReadTime = report.ClearTime = report.LongestClear = report.MoveTime = TimeSpan.Zero;
        report.Promoted.Clear();
        report.Demoted.Clear();
        target.CoveredTime = TimeSpan.Zero;
        target.LastRead = TimeSpan.Zero;
        target.CheapestScan = TimeSpan.MaxValue;
        target.Heat.BeginRound();
        target.Phase = TargetPhase.Scan;
        return Clear(target);
    }

    private bool Clear(TieringTarget target)
    {
        ScanOutcome outcome = target.Process.Tracker.Clear();
        target.ClearedAt = _time.GetTimestamp();
        target.Report.ClearTime += outcome.Duration;
        if (target.LastRead > TimeSpan.Zero && target.LastRead + outcome.Duration < target.CheapestScan)
        {
            target.CheapestScan = target.LastRead + outcome.Duration;
        }

        target.Report.LongestClear = outcome.Duration > target.Report.LongestClear ? outcome.Duration : target.Report.LongestClear;
        DueIn(target, target.Cadence.Interval);
        return Heed(target, outcome);
    }

    private bool Scan(TieringTarget target)
    {
        target.CoveredTime += _time.GetElapsedTime(target.ClearedAt);
        target.Heat.BeginScan();
        ScanOutcome outcome = target.Process.Tracker.Read(target.Heat);
        target.Heat.EndScan();
        target.Report.ReadTime += outcome.Duration;
        target.LastRead = outcome.Duration;
        if (outcome.Status != ScanStatus.Complete)
        {
            return Heed(target, outcome);
        }

        if (target.Heat.Scans < _options.ScansPerRound)
        {
            return Clear(target);
        }

        EndRound(target);
        return true;
    }

    /// <summary>Acts on an outcome that may not be complete; false when the process is gone.</summary>
    private bool Heed(TieringTarget target, ScanOutcome outcome)
    {
        switch (outcome.Status)
        {
            case ScanStatus.Complete:
                return true;
            case ScanStatus.ProcessGone:
                return false;
            case ScanStatus.AddressSpaceReplaced:
                target.Heat.Clear();
                target.Forecast.Clear();
                target.Rounds = 0;
                target.Phase = TargetPhase.StartRound;
                DueIn(target, TimeSpan.Zero);
                return true;
            default:
                // Nothing of this round can be trusted; what made it fail may pass.
                target.Heat.Clear();
                target.Phase = TargetPhase.StartRound;
                DueIn(target, _options.MaxInterval);
                _observer?.OnScanFailed(target.Process.Pid, outcome.Errno);
                return true;
        }
    }

    private void EndRound(TieringTarget target)
    {
        target.Count = target.Heat.EndRound(target.Histogram, target.Forecast, _machine.Places.InTier(0));
        target.Rounds++;
        _machine.Refresh();
        target.Economics.SetForecast(target.Forecast, _options.ScansPerRound, target.CoveredTime / _options.ScansPerRound);
        _planner.Plan(target, _targets, exchangeAllowed: target.Rounds >= RoundsBeforeExchange);
        if (_options.DryRun || target.Plan.Count == 0)
        {
            FinishRound(target);
            return;
        }

        target.Phase = TargetPhase.Move;
        DueIn(target, TimeSpan.Zero);
    }

    private bool Move(TieringTarget target)
    {
        TimeSpan? pause = _executor.MoveSlice(target.Plan, target.Process.Migrator, target.Heat, target.Report);
        if (pause is { } wait)
        {
            DueIn(target, wait);
            return true;
        }

        MoveTally up = target.Report.Promoted;
        MoveTally down = target.Report.Demoted;
        target.Economics.Learn(up.Moved + down.Moved, target.Report.MoveTime);
        bool gone = up[MoveResult.ProcessGone] + down[MoveResult.ProcessGone] > 0;
        FinishRound(target);
        return !gone;
    }

    private void FinishRound(TieringTarget target)
    {
        RoundReport report = target.Report;
        report.Round = target.Rounds;
        report.At = _time.GetElapsedTime(_startedAt);
        report.HotPages = target.Count.HotPages;
        report.TouchedPages = target.Count.TouchedPages;
        report.Interval = target.CoveredTime / _options.ScansPerRound;
        report.FastPagesAfter = report.FastPagesBefore + report.Promoted.Moved - report.Demoted.Moved;
        target.Histogram.CopyTo(report.Histogram);
        target.Cadence.Adapt(
            target.Count,
            report.Pages - report.ColdPages,
            report.Pages,
            report.BudgetPages,
            report.Promoted.Moved + report.Demoted.Moved,
            target.CheapestScan,
            patternChanged: report.EstimatedHitRatio < report.PreviousHitRatio - PatternChange);
        report.Rest = target.Cadence.Rest;
        target.Phase = TargetPhase.StartRound;
        DueIn(target, target.Cadence.Rest);
        _observer?.OnRound(report, target.Heat);
    }

    private void DueIn(TieringTarget target, TimeSpan delay) =>
        target.DueAt = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
}
