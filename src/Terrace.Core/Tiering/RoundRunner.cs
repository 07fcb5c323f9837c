using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>The steps of one target's round: clear, read, …, decide, move, adapt. Each step is short; between two the target waits until the next is due.</summary>
internal sealed class RoundRunner(IMachine machine, PlanExecutor executor, RoundPlanner planner, TimeProvider time, long startedAt, IRoundObserver? observer)
{
    /// <summary>Rounds to watch before a page may be demoted for being cold (seeds: "may do it once on multi scan rounds, to make sure they are really cold").</summary>
    private const int RoundsBeforeExchange = 2;

    /// <summary>A fall of the estimated hit ratio by this much from one round to the next means that other pages have become hot: look again at once.</summary>
    private const double PatternChange = 0.03;

    /// <summary>Does one target's due step; false when its process is gone.</summary>
    public bool Step(TieringTarget target, List<TieringTarget> targets) => target.Phase switch
    {
        TargetPhase.StartRound => StartRound(target),
        TargetPhase.Scan => Scan(target, targets),
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
        target.ClearedAt = time.GetTimestamp();
        target.Report.ClearTime += outcome.Duration;
        if (target.LastRead > TimeSpan.Zero && target.LastRead + outcome.Duration < target.CheapestScan)
        {
            target.CheapestScan = target.LastRead + outcome.Duration;
        }

        target.Report.LongestClear = outcome.Duration > target.Report.LongestClear ? outcome.Duration : target.Report.LongestClear;
        DueIn(target, target.Cadence.Interval);
        return Heed(target, outcome);
    }

    private bool Scan(TieringTarget target, List<TieringTarget> targets)
    {
        target.CoveredTime += time.GetElapsedTime(target.ClearedAt);
        target.Heat.BeginScan();
        ScanOutcome outcome = target.Process.Tracker.Read(target.Heat);
        target.Heat.EndScan();
        target.Report.ReadTime += outcome.Duration;
        target.LastRead = outcome.Duration;
        if (outcome.Status != ScanStatus.Complete)
        {
            return Heed(target, outcome);
        }

        if (target.Heat.Scans < target.Options.ScansPerRound)
        {
            return Clear(target);
        }

        EndRound(target, targets);
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
                DueIn(target, target.Options.MaxInterval);
                observer?.OnScanFailed(target.Process.Pid, outcome.Errno);
                return true;
        }
    }

    private void EndRound(TieringTarget target, List<TieringTarget> targets)
    {
        target.Count = target.Heat.EndRound(target.Histogram, target.Forecast, machine.Places.InTier(0));
        target.Rounds++;
        machine.Refresh();
        target.Economics.SetForecast(target.Forecast, target.Options.ScansPerRound, target.CoveredTime / target.Options.ScansPerRound);
        planner.Plan(target, targets, exchangeAllowed: target.Rounds >= RoundsBeforeExchange);
        if (target.Options.DryRun || target.Plan.Count == 0)
        {
            FinishRound(target);
            return;
        }

        target.Phase = TargetPhase.Move;
        DueIn(target, TimeSpan.Zero);
    }

    private bool Move(TieringTarget target)
    {
        TimeSpan? pause = executor.MoveSlice(target.Plan, target.Process.Migrator, target.Heat, target.Report, target.Group.Bucket);
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
        report.At = time.GetElapsedTime(startedAt);
        report.HotPages = target.Count.HotPages;
        report.TouchedPages = target.Count.TouchedPages;
        report.Interval = target.CoveredTime / target.Options.ScansPerRound;
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
        observer?.OnRound(report, target.Heat);
    }

    private void DueIn(TieringTarget target, TimeSpan delay) =>
        target.DueAt = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
}
