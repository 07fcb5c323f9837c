using Terrace.Core.Machine;
using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <content>Looks between rounds: whether other pages are in use than in the last one.</content>
internal sealed partial class RoundRunner
{
    private static readonly TimeSpan s_idleStep = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Rests once more instead of beginning a round, when the last one left nothing to do and the process has been idle since.
    /// What others leave of fast memory may have become less
    /// meanwhile: then there is something to do.
    /// </summary>
    private bool SleepOn(TieringTarget target, List<TieringTarget> targets)
    {
        LastRound last = target.Last;
        if (target.Rounds == 0
            || last.Rest <= target.Options.LookEvery
            || target.PlannedPages > 0
            || last.BackOff != BackOffReasons.None
            || (!target.Group.Share.IsAuto && last.FastPages + UsualTouches.Margin(last.Pages) < Math.Min(last.BudgetPages, last.Pages))
            || !target.Idle.IsIdle(target.Process, time.GetElapsedTime(startedAt))
            || planner.BudgetOf(target, targets) < Math.Min(last.FastPages, last.BudgetPages)
            || !target.Idle.MayRest())
        {
            return false;
        }

        // As after a round that found nothing new.
        target.Plan.Release();
        target.Last = last with { Rest = last.Rest * 2 < target.Options.MaxRest ? last.Rest * 2 : target.Options.MaxRest };
        TimeSpan next = target.Idle.NextLook(target.Options.LookEvery);
        Rest(target, looks: next < target.Last.Rest);
        if (target.Phase == TargetPhase.Watch)
        {
            // It was looked at just now.
            DueIn(target, next);
        }

        DueWithOthers(target);
        return true;
    }

    /// <summary>
    /// Puts off what is due for an idle process until the others of this quarter of a second are due too: thousands of them, one after
    /// another, would have the loop wake as often, and look through all that are due soon each time.
    /// </summary>
    private void DueWithOthers(TieringTarget target)
    {
        target.OnlyRested = true;
        target.DueAt = AtStep(target.DueAt);
        target.RestsUntil = AtStep(target.RestsUntil);
    }

    private long AtStep(long at)
    {
        long step = Ticks(s_idleStep);
        return startedAt + (((at - startedAt + step - 1) / step) * step);
    }

    /// <summary>
    /// Begins a look, unless the rest ends soon anyway: at a sample of slow memory where the tracker can clear its bits alone,
    /// which costs the process far less,
    /// else at all of it, which costs a fifth of a round.
    /// </summary>
    private bool Watch(TieringTarget target)
    {
        bool looksAtCold = LooksAtCold(target);
        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), target.RestsUntil);
        if (left < (looksAtCold ? target.Heat.Looks!.Step : target.Options.LookEvery) / 2)
        {
            target.Phase = TargetPhase.StartRound;
            DueIn(target, left > TimeSpan.Zero ? left : TimeSpan.Zero);
            return true;
        }

        if (target.Idle.IsIdle(target.Process, time.GetElapsedTime(startedAt)))
        {
            TimeSpan next = target.Idle.NextLook(target.Options.LookEvery);
            DueIn(target, next < left ? next : left);
            DueWithOthers(target);
            return true;
        }

        if (looksAtCold && LookAtCold(target))
        {
            return true;
        }

        target.LastRead = TimeSpan.Zero;
        if (target.LooksAtAll)
        {
            target.Phase = TargetPhase.Look;
            return Clear(target);
        }

        TimeSpan interval = target.Cadence.Interval / target.Usual.SamplePart;
        if (_watched is { Phase: TargetPhase.Look })
        {
            // There is one sample, and another target's look is under way.
            DueIn(target, interval);
            return true;
        }

        long begun = time.GetTimestamp();
        target.LooksAtAll = !_sample.Clear(target.Process.Clearer, target.Heat, machine.Places.BelowTier(0));
        target.ClearedAt = time.GetTimestamp();
        target.Report.Cost += new RoundCost { Clear = time.GetElapsedTime(begun) };
        if (target.LooksAtAll)
        {
            // Where most chunks rest, and are looked at anyway, a look at all would be for nothing.
            target.LooksAtAll = target.Heat.Awake is null;
            DueIn(target, looksAtCold ? target.Heat.Looks!.Step : target.Options.LookEvery);
            return true;
        }

        _watched = target;
        target.Phase = TargetPhase.Look;
        DueIn(target, interval);
        return true;
    }

    private bool Look(TieringTarget target)
    {
        if (target.LooksAtAll)
        {
            return LookAtAll(target);
        }

        long begun = time.GetTimestamp();
        TimeSpan covered = time.GetElapsedTime(target.ClearedAt, begun);
        bool seen = _watched == target && _sample.Look(target.Process.Tracker, target.Heat, machine.Places.BelowTier(0));
        target.Report.Cost += new RoundCost { Read = time.GetElapsedTime(begun) };

        // When nothing could be seen, a look at all says whether the process is gone.
        target.LooksAtAll = !seen;
        EndLook(target, unusual: seen && target.Usual.IsExceededBy(_sample, covered, target.Process.ResidentPages));
        return true;
    }

    private bool LookAtAll(TieringTarget target)
    {
        if (!IsPrepared(target))
        {
            return true;
        }

        TimeSpan covered = time.GetElapsedTime(target.ClearedAt);
        target.Touches.Begin(machine.Places.InTier(0), machine.Places.Bits, inner: null);
        ScanOutcome outcome = target.Process.Tracker.Read(target.Touches);
        target.Report.Cost += new RoundCost { Read = outcome.Duration };
        if (outcome.Status != ScanStatus.Complete)
        {
            return Heed(target, outcome);
        }

        bool resized = Math.Abs(target.Touches.FastPages - target.Last.FastPages) > UsualTouches.Margin(target.Last.Pages);
        EndLook(target, unusual: resized || target.Usual.IsExceededBy(target.Touches, covered));
        return true;
    }

    private void EndLook(TieringTarget target, bool unusual)
    {
        target.Report.Scans = target.Report.Scans with { Looks = target.Report.Scans.Looks + 1, CalledByLook = unusual };
        target.Phase = unusual ? TargetPhase.StartRound : TargetPhase.Watch;
        DueIn(target, unusual ? TimeSpan.Zero : LooksAtCold(target) ? target.Heat.Looks!.Step : target.Options.LookEvery);
    }
}
