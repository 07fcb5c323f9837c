using Terrace.Core.Machine;
using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <content>Those that have more than their part of fast memory while another one has less.</content>
internal sealed partial class RoundRunner
{
    /// <summary>Held beyond its part by more than one part in N of it, a group is to give some back.</summary>
    private const int HeldBeyond = 20;

    /// <summary>How long a target that others have to make room for rests at most at first; twice as long each time.</summary>
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);

    private const int MostDoublings = 10;

    /// <summary>How long it rests at most, as others may not be able to make room.</summary>
    private static TimeSpan WaitForOthers(TieringTarget target) => target.WaitsForOthers == 0
        ? TimeSpan.MaxValue
        : s_firstWait * (1 << Math.Min(target.WaitsForOthers - 1, MostDoublings));

    /// <summary>
    /// Ends the rests of those that hold more than the division gives them when the target has less than it gives it: at rest they would
    /// keep what a newcomer waits for, up to the longest rest. True when there are any.
    /// </summary>
    private bool WakeHolders(TieringTarget target, List<TieringTarget> targets)
    {
        RoundPages pages = target.Report.Pages;
        long lacks = Math.Min(pages.Budget, pages.Mapped) - pages.Before[Tier.Top];
        if (target.Options.DryRun || lacks <= pages.Mapped / MissedTolerance)
        {
            return false;
        }

        bool any = false;
        int fast = machine.Places.InTier(0);
        foreach (TieringTarget other in targets)
        {
            TieringGroup group = other.Group;
            if (group == target.Group
                || group.IsPaused
                || other.Options.DryRun
                || group.Histogram.TotalIn(fast) - group.BudgetPages <= Math.Max(group.BudgetPages / HeldBeyond, MissedTolerance))
            {
                continue;
            }

            // A rest after moves that were held back, or that pays off a stall, is for its process or the host.
            any = true;
            if (other.Last.BackOff == BackOffReasons.None && !other.IsInRound && other.Phase is TargetPhase.Watch or TargetPhase.StartRound)
            {
                other.Phase = TargetPhase.StartRound;
                other.DueAt = Math.Min(other.DueAt, time.GetTimestamp());
            }
        }

        return any;
    }
}
