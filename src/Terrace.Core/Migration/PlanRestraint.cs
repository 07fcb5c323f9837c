using Terrace.Core.Placement;

namespace Terrace.Core.Migration;

/// <summary>Takes out of a plan what may not move now.</summary>
public static class PlanRestraint
{
    /// <summary>Drops what an allowance does not let through, and returns how many base pages that were.</summary>
    public static long Restrain(this MovePlan plan, MoveAllowance allowance)
    {
        ArgumentNullException.ThrowIfNull(plan);
        long dropped = 0;
        for (int i = 0; i < plan.Count; i++)
        {
            MoveList list = plan[i];
            long keep = list.IsPromotion ? allowance.Promotions ? long.MaxValue : 0
                : !allowance.Demotions ? 0
                : allowance.OnlyToFree ? Math.Max(0, SurplusLeft(plan, list.UpperTier, before: i))
                : long.MaxValue;
            dropped += list.Keep(keep);
        }

        return dropped;
    }

    /// <summary>
    /// Base pages that still have to cross a boundary downwards so that as many more go down than come up as was planned,
    /// less those in lists before one.
    /// </summary>
    private static long SurplusLeft(MovePlan plan, int upperTier, int before)
    {
        long surplus = -plan.NetMovedDown(upperTier);
        for (int i = 0; i < plan.Count; i++)
        {
            if (plan[i].UpperTier == upperTier)
            {
                surplus += plan[i].IsPromotion ? -plan[i].Pages : plan[i].Pages;
                surplus -= i < before && !plan[i].IsPromotion ? plan[i].PagesLeft : 0;
            }
        }

        return surplus;
    }
}
