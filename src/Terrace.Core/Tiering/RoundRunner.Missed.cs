using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <content>Why a target does not have its share at the end of a round.</content>
internal sealed partial class RoundRunner
{
    /// <summary>A share within one part in N of the target's pages is met.</summary>
    private const int MissedTolerance = 100;

    /// <summary>Fills the part of the report that says by how much the share is missed, and why.</summary>
    private static void ReportMissed(TieringTarget target)
    {
        RoundReport report = target.Report;
        RoundPages pages = report.Pages;
        long noRoom = target.Plan.PagesWithoutRoom;
        report.HeldBack += new HeldBackPages { NoRoom = noRoom };
        long lacks = Math.Min(pages.Budget, pages.Mapped) - pages.After[Tier.Top];

        // What is left to heat needs no more than what is worth it.
        bool isMet = lacks > 0 && target.Group.Share.IsAuto && noRoom == 0;
        if (target.Options.DryRun || isMet || Math.Abs(lacks) <= pages.Mapped / MissedTolerance)
        {
            return;
        }

        report.Missed.Pages = lacks;
        long failed = report.Moves[MoveResult.Busy] + report.Moves[MoveResult.Denied] + pages.Immovable;
        long byRate = (long)(target.RateLimitBytesPerSecond * RoundPlanner.PlanHorizon.TotalSeconds) / Chunk.PageBytes;
        report.Missed.Reasons =
            (noRoom > 0 ? MissedReasons.FullNodes : MissedReasons.None)
            | (failed > 0 && failed * 2 >= Math.Abs(lacks) ? MissedReasons.Pinned : MissedReasons.None)
            | (report.HeldBack.Pressure > 0 ? MissedReasons.BackOff : MissedReasons.None)
            | (target.PlannedPages > 0 && target.PlannedPages >= byRate - 1 ? MissedReasons.RateLimit : MissedReasons.None);
        for (int i = 0; i < target.Plan.Count && noRoom > 0; i++)
        {
            MoveList list = target.Plan[i];
            foreach (int node in list.PagesWithoutRoom > 0 ? list.Route.Nodes : [])
            {
                report.Missed.AddFull(node);
            }
        }
    }
}
