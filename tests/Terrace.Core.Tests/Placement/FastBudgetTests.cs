using FsCheck;
using FsCheck.Fluent;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Placement;

public sealed class FastBudgetTests
{
    [Fact]
    public void Shares_that_fit_are_granted_in_full_and_the_rest_goes_to_automatic_targets_by_heat()
    {
        long[] budgets = Divide(600, Claim(FastShare.OfPages(0.5), (3, 400)), Claim(FastShare.Auto, (9, 300), (0, 300)), Claim(FastShare.Auto, (9, 50), (0, 300)));
        Assert.Equal([200, 300 + 25, 50 + 25], budgets);
    }

    [Fact]
    public void Shares_that_do_not_fit_together_shrink_alike()
    {
        long[] budgets = Divide(300, Claim(FastShare.OfPages(0.5), (3, 400)), Claim(FastShare.OfPages(1), (3, 400)), Claim(FastShare.Auto, (9, 10)));
        Assert.Equal([100, 200, 0], budgets);
    }

    [Fact]
    public void A_size_larger_than_the_target_is_all_of_the_target() =>
        Assert.Equal([400], Divide(5000, Claim(FastShare.OfBytes(1L << 30), (3, 400))));

    [Fact]
    public void Budgets_never_exceed_the_capacity_nor_a_target_its_own_pages() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Random random = new(seed);
            FastClaim[] claims = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Claim(RandomShare(random), RandomPages(random)))];
            long capacity = random.NextInt64(-1000, 1L << random.Next(1, 40));
            long[] budgets = Divide(capacity, claims);
            Assert.True(budgets.Sum() <= Math.Max(0, capacity));
            for (int i = 0; i < claims.Length; i++)
            {
                Assert.InRange(budgets[i], 0, claims[i].Histogram.TotalIn(0b1111));
            }
        }).QuickCheckThrowOnFailure();

    private static FastShare RandomShare(Random random) => random.Next(3) switch
    {
        0 => FastShare.Auto,
        1 => FastShare.OfPages(1 - random.NextDouble()),
        _ => FastShare.OfBytes(random.NextInt64(4096, 1L << 42)),
    };

    private static (int, long)[] RandomPages(Random random) =>
        [.. Enumerable.Range(0, HeatMap.HeatLevels).Where(_ => random.Next(2) == 0).Select(heat => (heat, random.NextInt64(0, 1L << random.Next(1, 36))))];

    private static long[] Divide(long capacity, params FastClaim[] claims)
    {
        long[] budgets = new long[claims.Length];
        FastBudget.Divide(claims, capacity, budgets);
        return budgets;
    }

    private static FastClaim Claim(FastShare share, params (int Heat, long Pages)[] pages)
    {
        HeatHistogram histogram = new();
        foreach ((int heat, long count) in pages)
        {
            histogram.AllPages[heat] += count;
        }

        return new FastClaim(share, histogram);
    }
}
