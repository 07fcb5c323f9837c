using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// With three tiers and more, keeps pages that one boundary has planned out of the plan of the next: the hottest pages below both
/// would be chosen twice, and moved twice within one round. While the plan is made such pages count as resting, which none
/// that is chosen does.
/// </summary>
internal static class PlannedPages
{
    /// <summary>Marks the pages that a target's plan has across a boundary, or takes the marks off again.</summary>
    public static void Mark(TieringTarget target, int upperTier, bool planned)
    {
        for (int i = 0; i < target.Plan.Count; i++)
        {
            MoveList list = target.Plan[i];
            if (list.UpperTier != upperTier)
            {
                continue;
            }

            for (int entry = 0; entry < list.Count; entry++)
            {
                (ulong address, int pages) = list[entry];
                if (target.Heat.SetPlanned(address, pages, planned) is { } page)
                {
                    target.Parts[page.Area].Histogram.CountAsResting(page.Place, page.Heat, planned ? pages : -pages);
                }
            }
        }
    }
}
