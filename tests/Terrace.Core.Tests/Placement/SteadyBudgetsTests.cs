using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Placement;

public sealed class SteadyBudgetsTests
{
    [Fact]
    public void A_little_more_or_less_is_put_back()
    {
        Assert.Equal([1000, 1000, 1000], Held([1000, 1000, 1000], [1020, 970, 1010]));
    }

    [Fact]
    public void What_changes_much_is_changed_at_once_and_the_others_keep_their_proportion()
    {
        Assert.Equal([2000, 1000, 1000], Held([1000, 1000, 1000], [2000, 990, 1010]));
    }

    [Fact]
    public void A_newcomer_takes_of_the_others_in_proportion()
    {
        Assert.Equal([750, 750, 750, 750], Held([1000, 1000, 1000, 0], [760, 740, 750, 750]));
    }

    [Fact]
    public void Shares_that_were_asked_for_are_left_as_they_were_divided()
    {
        long[] budgets = [510, 1020, 970];
        FastClaim[] claims = [new(FastShare.OfPages(0.5), Pages(1000)), Claim(), Claim()];
        SteadyBudgets.Hold(claims, [500, 1000, 1000], Little(3), budgets, new double[3]);
        Assert.Equal([510, 995, 995], budgets);
    }

    [Fact]
    public void A_minimum_and_a_most_that_were_set_since_hold()
    {
        long[] budgets = [1020, 980];
        FastClaim[] claims = [Claim(new FastTerms { MinPages = 1020 }), Claim()];
        SteadyBudgets.Hold(claims, [1000, 1000], Little(2), budgets, new double[2]);
        Assert.Equal([1020, 980], budgets);
        budgets = [980, 1020];
        SteadyBudgets.Hold([Claim(new FastTerms { MaxPages = 980 }), Claim()], [1000, 1000], Little(2), budgets, new double[2]);
        Assert.Equal(980, budgets[0]);
        Assert.InRange(budgets[1], 1000, 1020);
    }

    [Fact]
    public void Together_they_never_have_more_than_was_divided()
    {
        Random random = new(7);
        for (int trial = 0; trial < 2000; trial++)
        {
            int count = random.Next(1, 9);
            long[] before = [.. Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? 0L : random.Next(1, 5000))];
            long[] budgets = [.. before.Select(pages => random.Next(3) == 0 ? random.Next(5000) : pages + random.Next(-60, 60))];
            budgets = [.. budgets.Select(pages => Math.Max(0, pages))];
            long[] held = Held(before, budgets);
            Assert.True(held.Sum() <= budgets.Sum(), $"trial {trial}");
            Assert.All(held, pages => Assert.True(pages >= 0));
            Assert.All(
                Enumerable.Range(0, count), i => Assert.InRange(Math.Abs(held[i] - budgets[i]), 0, budgets[i] / 20));
        }
    }

    private static double[] Little(int count) => [.. Enumerable.Repeat(SteadyBudgets.Little, count)];

    private static long[] Held(long[] before, long[] budgets)
    {
        long[] held = [.. budgets];
        FastClaim[] claims = [.. before.Select(_ => Claim())];
        SteadyBudgets.Hold(claims, [.. before], Little(held.Length), held, new double[held.Length]);
        return held;
    }

    private static FastClaim Claim(FastTerms? terms = null) => new(FastShare.Auto, Pages(10_000), terms);

    private static RateHistogram Pages(long pages)
    {
        RateHistogram rates = new();
        rates.Count(pages, accessesPerSecond: 1, areCold: false);
        return rates;
    }
}
