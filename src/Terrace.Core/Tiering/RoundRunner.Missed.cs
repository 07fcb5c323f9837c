using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <content>Why a target does not have its share at the end of a round.</content>
internal sealed partial class RoundRunner
{
    /// <summary>A share within one part in N of the target's pages is met.</summary>
    internal const int MissedTolerance = 100;

    private readonly MissedCauses _causes = new(machine);

    /// <summary>Fills the part of the report that says by how much the share is missed, and why.</summary>
    private void ReportMissed(TieringTarget target)
    {
        RoundReport report = target.Report;
        RoundPages pages = report.Pages;
        long noRoom = target.Plan.PagesWithoutRoom;
        report.HeldBack += new HeldBackPages { NoRoom = noRoom };
        if (target.Options.DryRun)
        {
            return;
        }

        long lacks = Math.Min(pages.Budget, pages.Mapped) - pages.After[Tier.Top];

        // What is left to heat needs no more than what is worth it.
        bool isMet = lacks > 0 && target.Group.Share.IsAuto && noRoom == 0;
        if (isMet || Math.Abs(lacks) <= pages.Mapped / MissedTolerance)
        {
            ReportCut(target);
            return;
        }

        report.Missed.Pages = lacks;
        AddFull(target.Plan, report.Missed);
        long failed = report.Moves[MoveResult.Busy] + report.Moves[MoveResult.Denied] + pages.Immovable;
        ReadOnlySpan<int> full = report.Missed.FullNodes;
        MissedReasons reasons =
            (full.IsEmpty ? MissedReasons.None : MissedReasons.FullNodes | _causes.OfFull(target.Process, full, lacks > 0, lacks))
            | (full.IsEmpty && (noRoom > 0 || _causes.OnlyTierOf(target.Process) >= 0) ? MissedReasons.Isolated : MissedReasons.None)
            | (failed > 0 && failed * 2 >= Math.Abs(lacks) ? MissedReasons.Pinned : MissedReasons.None)
            | (report.HeldBack.Pressure > 0 ? MissedReasons.BackOff : MissedReasons.None)
            | (IsHeldByRate(target, lacks) ? MissedReasons.RateLimit : MissedReasons.None)
            | (report.Cost.CpuWait > TimeSpan.Zero ? MissedReasons.CpuLimit : MissedReasons.None);
        report.Missed.Reasons = reasons != MissedReasons.None ? reasons
            : IsOfHugePages(target, lacks) ? MissedReasons.HugePages
            : IsPart(target, lacks) || IsUnfinished(target, lacks) ? MissedReasons.MoreRounds
            : reasons;
    }

    /// <summary>The plan was as large as the rate limit lets it be, or its moves waited for that until their time was over.</summary>
    private static bool IsHeldByRate(TieringTarget target, long lacks)
    {
        // Half of a plan may be kept for exchanges that there are none of.
        PlanVolume volume = target.PlanVolume;
        bool isFull = target.PlannedPages > 0 && (target.PlannedPages * 2) + 2 >= volume.Pages && volume.IsByRate;
        return (isFull && IsPart(target, lacks))
            || (target.Report.Cost.RateLimitWait > target.Report.Moves.Time && IsUnfinished(target, lacks));
    }

    /// <summary>
    /// Most of what is lacking was not in the plan: there was more than a round moves, or it is not known yet which pages.
    /// </summary>
    private static bool IsPart(TieringTarget target, long lacks)
    {
        RoundPages pages = target.Report.Pages;
        long wanted = Math.Min(pages.Budget, pages.Mapped) - pages.Before[Tier.Top];
        return Math.Abs(wanted - target.PlanVolume.IntoTop) * 2 >= Math.Abs(lacks);
    }

    /// <summary>The part of it that lacks most is as near to what it may have as huge pages let it be.</summary>
    private bool IsOfHugePages(TieringTarget target, long lacking)
    {
        int fast = machine.Places.InTier(0);
        foreach (TargetPart part in target.Parts)
        {
            long lacks = part.BudgetPages - target.Heat.PagesIn(part.Number, fast);
            int from = lacks > 0 ? machine.Places.All & ~fast : fast;
            if (Math.Abs(lacks) <= Chunk.Pages / 2
                && Math.Abs(lacks) * 2 >= Math.Abs(lacking)
                && !target.Heat.HasSmallPages(part.Number, from, Chunk.Pages)
                && target.Heat.PagesIn(part.Number, from) >= Chunk.Pages)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Most of what is lacking was in the plan, and not begun when the time for moves was over.</summary>
    private static bool IsUnfinished(TieringTarget target, long lacks) => target.Plan.PagesLeft * 2 >= Math.Abs(lacks);

    /// <summary>
    /// What it may have it has, but that is less than its share or its minimum.
    /// </summary>
    private void ReportCut(TieringTarget target)
    {
        MissedShare missed = target.Report.Missed;
        if (target.Report.Pages.Mapped == 0 || _causes.OnlyTierOf(target.Process) >= 0)
        {
            ReportBound(target);
        }
        else if (_causes.CutOf(target) is > 0 and var cut)
        {
            missed.Reasons = _causes.OfTop(target.Process, cut, missed);
            missed.Pages = missed.Reasons == MissedReasons.None ? 0 : cut;
        }
    }

    /// <summary>All of it is left alone, because its nodes are of one tier.</summary>
    private void ReportBound(TieringTarget target)
    {
        long resident = target.Process.ResidentPages;
        int only = resident > 0 ? _causes.OnlyTierOf(target.Process) : -1;
        long had = only == 0 ? resident : 0;
        long lacks = (target.Group.Share.PagesOf(resident) ?? Math.Max(had, Math.Min(target.Group.Terms.MinPages, resident))) - had;
        if (only >= 0 && Math.Abs(lacks) > resident / MissedTolerance)
        {
            (target.Report.Missed.Pages, target.Report.Missed.Reasons) = (lacks, MissedReasons.Isolated);
        }
    }

    private static void AddFull(MovePlan plan, MissedShare missed)
    {
        for (int i = 0; i < plan.Count; i++)
        {
            MoveList list = plan[i];
            foreach (int node in list.PagesWithoutRoom > 0 ? list.Route.Nodes : [])
            {
                missed.AddFull(node);
            }
        }
    }
}
