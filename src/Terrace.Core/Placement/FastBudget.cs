using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>
/// Divides the fast tier among targets, in this order: minima that are useful; then by priority the shares that were asked for,
/// and what is left to automatic
/// targets by rate, the most accessed pages of all of them first; then the same for best-effort targets.
/// </summary>
/// <remarks>
/// What does not suffice for all of one step is divided in proportion to weight times what each lacks, so that equal weights
/// shrink alike and no
/// share of a priority goes without. A little more to divide takes nothing from anybody, except for rounding.
/// </remarks>
public static class FastBudget
{
    /// <summary>
    /// Computes each claim's budget in pages. The sum never exceeds <paramref name="capacityPages"/>, nor a budget its target's
    /// pages.
    /// </summary>
    public static void Divide(ReadOnlySpan<FastClaim> claims, long capacityPages, Span<long> budgets)
    {
        budgets[..claims.Length].Clear();
        long left = Math.Max(0, capacityPages);
        left -= Fill(claims, new Step(StepKind.Minimum), left, budgets);
        for (int bestEffort = 0; bestEffort < 2; bestEffort++)
        {
            int? priority = int.MaxValue;
            while (left > 0 && (priority = NextPriority(claims, bestEffort == 1, priority.Value)) is { } served)
            {
                left -= Fill(claims, new Step(StepKind.Share, bestEffort == 1, served), left, budgets);
                for (int rate = RateHistogram.Steps - 1; rate >= 0 && left > 0; rate--)
                {
                    left -= Fill(claims, new Step(StepKind.Automatic, bestEffort == 1, served, rate), left, budgets);
                }
            }
        }
    }

    /// <summary>
    /// The highest priority of a class below <paramref name="below"/> (int.MaxValue: the highest), or null when there is none.
    /// </summary>
    private static int? NextPriority(ReadOnlySpan<FastClaim> claims, bool bestEffort, int below)
    {
        int? highest = null;
        foreach (FastClaim claim in claims)
        {
            FastTerms rank = claim.Rank;
            if (rank.IsBestEffort == bestEffort && rank.Priority < below && !(rank.Priority <= highest))
            {
                highest = rank.Priority;
            }
        }

        return highest;
    }

    /// <summary>
    /// Raises budgets towards what the step allows, in proportion to weight and lack until all have it or nothing is left;
    /// returns what was granted.
    /// </summary>
    private static long Fill(ReadOnlySpan<FastClaim> claims, Step step, long left, Span<long> budgets)
    {
        long granted = 0;
        while (left > 0)
        {
            Int128 lacking = 0;
            for (int i = 0; i < claims.Length; i++)
            {
                lacking += (Int128)Lack(claims[i], step, budgets[i]) * claims[i].Rank.Weight;
            }

            if (lacking == 0)
            {
                break;
            }

            long pass = 0;
            for (int i = 0; i < claims.Length; i++)
            {
                long lack = Lack(claims[i], step, budgets[i]);
                long grant = (long)Int128.Min(lack, (Int128)lack * claims[i].Rank.Weight * left / lacking);
                budgets[i] += grant;
                pass += grant;
            }

            granted += pass;
            left -= pass;
            if (pass == 0)
            {
                // Less than one page for each: not worth dividing.
                break;
            }
        }

        return granted;
    }

    private static long Lack(in FastClaim claim, Step step, long budget)
    {
        FastTerms rank = claim.Rank;
        long limit = step.Kind switch
        {
            StepKind.Minimum => rank.IsBestEffort ? 0 : Math.Min(rank.MinPages, claim.Usable),
            _ when rank.IsBestEffort != step.BestEffort
                || rank.Priority != step.Priority
                || claim.Share.IsAuto != (step.Kind == StepKind.Automatic) => 0,
            StepKind.Share => claim.Usable,
            _ => Math.Min(claim.Limit, claim.Rates.PagesFrom(step.Rate)),
        };
        return Math.Max(0, limit - budget);
    }

    private enum StepKind
    {
        Minimum,
        Share,
        Automatic,
    }

    private readonly record struct Step(StepKind Kind, bool BestEffort = false, int Priority = 0, int Rate = 0);
}
