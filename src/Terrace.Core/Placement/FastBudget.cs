using Terrace.Core.Machine;
using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>
/// Divides the fast tier among targets: fixed shares first (scaled down alike when they do not fit together), then what is left to
/// automatic targets, by heat: the hottest pages of all of them, as many as fit.
/// </summary>
public static class FastBudget
{
    private const int AllPlaces = (1 << PlaceMap.MaxPlaces) - 1;

    /// <summary>Computes each claim's budget in pages. The sum never exceeds <paramref name="capacityPages"/>, nor a budget its target's pages.</summary>
    public static void Divide(ReadOnlySpan<FastClaim> claims, long capacityPages, Span<long> budgets)
    {
        long capacity = Math.Max(0, capacityPages);
        long wanted = 0;
        for (int i = 0; i < claims.Length; i++)
        {
            budgets[i] = claims[i].Share.PagesOf(claims[i].Histogram.TotalIn(AllPlaces)) ?? 0;
            wanted += budgets[i];
        }

        if (wanted > capacity)
        {
            for (int i = 0; i < claims.Length; i++)
            {
                budgets[i] = (long)((Int128)budgets[i] * capacity / wanted);
            }

            return;
        }

        long left = capacity - wanted;
        for (int heat = HeatMap.HeatLevels - 1; heat >= 0 && left > 0; heat--)
        {
            left -= Grant(claims, heat, left, budgets);
        }
    }

    /// <summary>Grants automatic targets their pages of one heat, or equal parts of them when not all fit; returns what was granted, or all that was left.</summary>
    private static long Grant(ReadOnlySpan<FastClaim> claims, int heat, long left, Span<long> budgets)
    {
        long level = 0;
        foreach (FastClaim claim in claims)
        {
            level += claim.Share.IsAuto ? claim.Histogram.PagesIn(AllPlaces, heat) : 0;
        }

        for (int i = 0; i < claims.Length; i++)
        {
            if (claims[i].Share.IsAuto)
            {
                long pages = claims[i].Histogram.PagesIn(AllPlaces, heat);
                budgets[i] += level <= left ? pages : (long)((Int128)pages * left / level);
            }
        }

        return Math.Min(level, left);
    }
}
