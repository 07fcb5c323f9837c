namespace Terrace.Core.Placement;

/// <summary>
/// Keeps automatic targets' parts of the fast tier from following chance: heat is measured, so that what equal targets get of it differs a
/// little from one division to the next, and pages would move up here and down there for it.
/// </summary>
public static class SteadyBudgets
{
    /// <summary>A part stays as it is while a new division would change it by no more than this part of it.</summary>
    public const double Little = 0.05;

    /// <summary>
    /// The same while that has not lasted: how hot pages look depends on when they are looked at, and equal targets differ by so much from
    /// one round to another.
    /// </summary>
    public const double NotLasting = 0.1;

    /// <summary>
    /// Puts back what a division has changed by little. What all of them have together is no more than was divided, and the parts of those
    /// that are not automatic, had none before or change much are as divided.
    /// </summary>
    /// <param name="claims">Who shares.</param>
    /// <param name="before">What each had by the last division, pages; 0 for none. Overwritten.</param>
    /// <param name="tolerances">By which part of it each may change without being changed.</param>
    /// <param name="budgets">What each is to have; changed.</param>
    /// <param name="room">As long as the others; overwritten.</param>
    public static void Hold(
        ReadOnlySpan<FastClaim> claims, Span<long> before, ReadOnlySpan<double> tolerances, Span<long> budgets, Span<double> room)
    {
        int held = 0;
        for (int i = 0; i < claims.Length; i++)
        {
            before[i] = claims[i].Share.IsAuto ? before[i] : 0;
            if (before[i] > 0)
            {
                room[held++] = (double)budgets[i] / before[i];
            }
        }

        if (held == 0)
        {
            return;
        }

        // Most have become larger or smaller by as much as the one in the middle: by what newcomers take, or somebody has given back.
        room[..held].Sort();
        double middle = (room[held / 2] + room[(held - 1) / 2]) / 2;
        for (int i = 0; i < claims.Length; i++)
        {
            before[i] = Math.Abs((middle * before[i]) - budgets[i]) <= budgets[i] * tolerances[i] ? before[i] : 0;
        }

        // There is no more than was divided: who would have more than that gets what those give who would have less.
        (long had, long left) = SumsOf(before, budgets);
        (long more, long less) = (0, 0);
        for (int i = 0; i < claims.Length; i++)
        {
            long change = ChangeOf(claims[i], before[i], budgets[i], tolerances[i], had, left);
            more += Math.Max(0, change);
            less -= Math.Min(0, change);
        }

        for (int i = 0; i < claims.Length; i++)
        {
            long change = ChangeOf(claims[i], before[i], budgets[i], tolerances[i], had, left);
            budgets[i] += change <= 0 || more <= less ? change : (long)((Int128)change * less / more);
        }
    }

    private static (long Had, long Left) SumsOf(ReadOnlySpan<long> before, ReadOnlySpan<long> budgets)
    {
        (long had, long left) = (0, 0);
        for (int i = 0; i < budgets.Length && i < before.Length; i++)
        {
            had += before[i];
            left += before[i] > 0 ? budgets[i] : 0;
        }

        return (had, left);
    }

    // In proportion to what all of them have now.
    private static long ScaledOf(long before, long had, long left) => (long)((Int128)before * left / had);

    private static bool IsLittle(in FastClaim claim, long scaled, long budget, double tolerance) =>
        scaled <= claim.Limit
            && scaled >= Math.Min(claim.Rank.MinPages, claim.Limit)
            && Math.Abs(scaled - budget) <= budget * tolerance;

    private static long ChangeOf(in FastClaim claim, long before, long budget, double tolerance, long had, long left) =>
        before > 0 && ScaledOf(before, had, left) is var scaled && IsLittle(claim, scaled, budget, tolerance) ? scaled - budget : 0;
}
