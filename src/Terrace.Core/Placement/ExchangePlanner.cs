using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>
/// Decides from the histogram alone how many pages of which heat change sides of a tier boundary: first the budget (too many above:
/// the coldest go down; too few: the hottest come up), then equal volumes of the hottest below against the coldest above, as
/// long as each exchange pays. Thresholds follow from capacity, not from constants (as in Memtis, SOSP 2023); between the coldest page
/// that comes up and the hottest that goes down lies the warm band, which does not move.
/// </summary>
public static class ExchangePlanner
{
    /// <summary>A page must be this much hotter than the one it replaces: below that, counts differ randomly.</summary>
    private const int MinHeatGap = 2;

    private const int BudgetTolerance = 400;

    /// <summary>Deviations from a budget by up to this many pages are left alone, so that fill and drain do not alternate.</summary>
    internal static long Tolerance(long budgetPages) => budgetPages / BudgetTolerance;

    /// <summary>Plans one exchange.</summary>
    public static ExchangePlan Plan(HeatHistogram histogram, ExchangeTerms terms, MoveEconomics economics)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentNullException.ThrowIfNull(economics);
        Span<long> lower = stackalloc long[HeatMap.HeatLevels];
        Span<long> upper = stackalloc long[HeatMap.HeatLevels];
        long upperPages = histogram.TotalIn(terms.UpperPlaces);
        int threshold = Threshold(histogram, terms);
        long resting = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            long rests = histogram.RestingIn(terms.LowerPlaces, heat);
            resting += heat >= threshold ? rests : 0;
            lower[heat] = histogram.PagesIn(terms.LowerPlaces, heat) - rests;
            upper[heat] = histogram.PagesIn(terms.UpperPlaces, heat) - histogram.RestingIn(terms.UpperPlaces, heat);
        }

        long tolerance = Tolerance(terms.BudgetPages);
        long drain = Math.Max(0, upperPages - terms.BudgetPages);
        // A long drain must not keep hot pages waiting below: half of the volume is theirs.
        drain = drain <= tolerance ? 0 : Math.Min(drain, terms.ExchangeAllowed ? terms.MaxPages / 2 : terms.MaxPages);
        drain = Math.Min(drain, AtMost(upper, terms.MaxDrainHeat));
        long fill = Math.Min(terms.BudgetPages - upperPages, terms.UpperRoomPages);
        fill = drain > 0 || fill <= tolerance ? 0 : Math.Min(fill, Math.Min(terms.MaxPages, AtLeast(lower, terms.MinFillHeat)));

        long pairs = 0;
        long notWorth = 0;
        if (terms.ExchangeAllowed)
        {
            long most = Math.Max(0, (terms.MaxPages - drain - fill) / 2);
            (pairs, notWorth) = Exchange(lower, upper, fill, drain, most, economics);
        }

        return new(HeatCut.Hottest(lower, fill + pairs), HeatCut.Coldest(upper, drain + pairs), threshold, resting, notWorth);
    }

    private static int Threshold(HeatHistogram histogram, ExchangeTerms terms)
    {
        long fits = terms.BudgetPages;
        for (int heat = HeatMap.HeatLevels - 1; heat >= 0; heat--)
        {
            fits -= histogram.PagesIn(terms.UpperPlaces | terms.LowerPlaces, heat);
            if (fits < 0)
            {
                return heat + 1;
            }
        }

        return 0;
    }

    /// <summary>Pairs the hottest below with the coldest above, after those that fill and drain already take.</summary>
    private static (long Pairs, long NotWorth) Exchange(
        ReadOnlySpan<long> lower, ReadOnlySpan<long> upper, long fill, long drain, long most, MoveEconomics economics)
    {
        int up = HeatMap.HeatLevels - 1;
        int down = 0;
        long upLeft = lower[up];
        long downLeft = upper[down];
        long pairs = 0;
        while (true)
        {
            while (upLeft == 0 || fill > 0)
            {
                long skipped = Math.Min(fill, upLeft);
                fill -= skipped;
                upLeft -= skipped;
                if (upLeft == 0)
                {
                    if (--up < 0)
                    {
                        return (pairs, 0);
                    }

                    upLeft = lower[up];
                }
            }

            while (downLeft == 0 || drain > 0)
            {
                long skipped = Math.Min(drain, downLeft);
                drain -= skipped;
                downLeft -= skipped;
                if (downLeft == 0)
                {
                    if (++down == HeatMap.HeatLevels)
                    {
                        return (pairs, 0);
                    }

                    downLeft = upper[down];
                }
            }

            if (up - down < MinHeatGap || pairs == most)
            {
                return (pairs, 0);
            }

            if (!economics.Pays(up, down))
            {
                return (pairs, upLeft);
            }

            long step = Math.Min(Math.Min(upLeft, downLeft), most - pairs);
            pairs += step;
            upLeft -= step;
            downLeft -= step;
        }
    }

    private static long AtLeast(ReadOnlySpan<long> pages, int heat) => Sum(pages[heat..]);

    private static long AtMost(ReadOnlySpan<long> pages, int heat) => Sum(pages[..(heat + 1)]);

    private static long Sum(ReadOnlySpan<long> pages)
    {
        long sum = 0;
        foreach (long count in pages)
        {
            sum += count;
        }

        return sum;
    }
}
