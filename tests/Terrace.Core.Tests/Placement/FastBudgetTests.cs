using FsCheck.Xunit;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Placement;

public sealed class FastBudgetTests
{
    [Fact]
    public void Shares_that_fit_are_granted_in_full_and_the_rest_goes_to_automatic_targets_by_heat()
    {
        long[] budgets = Divide(
            600,
            Claim(FastShare.OfPages(0.5), (3, 400)),
            Claim(FastShare.Auto, (9, 300), (0, 300)),
            Claim(FastShare.Auto, (9, 50), (0, 300)));
        Assert.Equal([200, 300 + 25, 50 + 25], budgets);
    }

    [Fact]
    public void Shares_that_do_not_fit_together_shrink_alike()
    {
        long[] budgets = Divide(
            300, Claim(FastShare.OfPages(0.5), (3, 400)), Claim(FastShare.OfPages(1), (3, 400)), Claim(FastShare.Auto, (9, 10)));
        Assert.Equal([100, 200, 0], budgets);
    }

    [Fact]
    public void A_size_larger_than_the_target_is_all_of_the_target() =>
        Assert.Equal([400], Divide(5000, Claim(FastShare.OfBytes(1L << 30), (3, 400))));

    [Property]
    public void Budgets_never_exceed_the_capacity_nor_a_target_its_own_pages(int seed)
    {
        Random random = new(seed);
        FastClaim[] claims = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Claim(RandomShare(random), RandomPages(random)))];
        long capacity = random.NextInt64(-1000, 1L << random.Next(1, 40));
        long[] budgets = Divide(capacity, claims);
        Assert.True(budgets.Sum() <= Math.Max(0, capacity));
        for (int i = 0; i < claims.Length; i++)
        {
            Assert.InRange(budgets[i], 0, claims[i].Pages);
        }
    }

    [Fact]
    public void A_minimum_comes_before_every_priority_as_far_as_it_is_useful()
    {
        FastClaim guaranteed = Claim(FastShare.OfPages(1), (3, 1000)) with { Terms = new FastTerms { MinPages = 300, Priority = -1 } };
        FastClaim first = Claim(FastShare.OfPages(1), (3, 1000)) with { Terms = new FastTerms { Priority = 9 } };
        Assert.Equal([300, 700], Divide(1000, guaranteed, first));

        // What is cold makes no use of it: it is lent, and taken back when it warms.
        FastClaim cold = Claim(FastShare.Auto, (0, 950), (5, 50)) with { Terms = guaranteed.Terms };
        Assert.Equal([50, 950], Divide(1000, cold, first));
        FastClaim warm = Claim(FastShare.Auto, (5, 1000)) with { Terms = guaranteed.Terms };
        Assert.Equal([300, 700], Divide(1000, warm, first));
    }

    [Fact]
    public void Weights_divide_what_does_not_suffice_and_nobody_gets_more_than_asked()
    {
        FastClaim light = Claim(FastShare.OfPages(1), (3, 900)) with { Terms = new FastTerms { Weight = 100 } };
        FastClaim heavy = Claim(FastShare.OfPages(1), (3, 900)) with { Terms = new FastTerms { Weight = 200 } };
        Assert.Equal([200, 400], Divide(600, light, heavy));
        Assert.Equal([500, 900], Divide(1400, light, heavy));
        Assert.Equal([900, 900], Divide(5000, light, heavy));
    }

    [Fact]
    public void A_maximum_holds_for_shares_and_for_automatic_targets()
    {
        FastTerms terms = new() { MaxPages = 100 };
        Assert.Equal(
            [100, 100, 800],
            Divide(
                1000,
                Claim(FastShare.OfPages(1), (3, 500)) with { Terms = terms },
                Claim(FastShare.Auto, (9, 500)) with { Terms = terms },
                Claim(FastShare.Auto, (1, 900))));
    }

    [Fact]
    public void Best_effort_gets_only_what_nobody_else_wants()
    {
        FastClaim best = Claim(FastShare.OfPages(1), (9, 500)) with
        {
            Terms = new FastTerms { IsBestEffort = true, Priority = 100, MinPages = 500 },
        };
        Assert.Equal([0, 400], Divide(400, best, Claim(FastShare.Auto, (0, 500))));
        Assert.Equal([300, 500], Divide(800, best, Claim(FastShare.Auto, (0, 500))));
    }

    [Fact]
    public void Three_shares_that_compete_for_too_little_are_cut_in_proportion()
    {
        long[] budgets = Divide(
            75_000,
            Claim(FastShare.OfPages(0.2), (3, 100_000)),
            Claim(FastShare.OfPages(0.5), (3, 100_000)),
            Claim(FastShare.OfPages(0.8), (3, 100_000)));
        Assert.Equal([10_000, 25_000, 40_000], budgets);
    }

    [Property]
    public void Minima_are_met_whenever_that_is_possible_and_maxima_always(int seed)
    {
        FastClaim[] claims = RandomClaims(new Random(seed));
        long minima = claims.Sum(UsableMinimum);
        long capacity = minima + new Random(seed + 1).NextInt64(1L << 30);
        long[] budgets = Divide(capacity, claims);
        Assert.True(budgets.Sum() <= capacity);
        for (int i = 0; i < claims.Length; i++)
        {
            Assert.InRange(budgets[i], UsableMinimum(claims[i]), claims[i].Limit);
        }
    }

    [Property]
    public void Nobody_of_a_priority_goes_without_while_another_of_it_has_its_fill(int seed)
    {
        Random random = new(seed);
        FastClaim[] claims = [.. Enumerable.Range(0, random.Next(2, 10))
            .Select(_ => Claim(FastShare.OfPages(0.1 + (0.9 * random.NextDouble())), (3, random.NextInt64(1 << 16, 1 << 24)))
            with { Terms = new FastTerms { Weight = random.Next(1, 1000) } })];
        long[] budgets = Divide(claims.Sum(claim => claim.Usable) * random.Next(1, 100) / 100, claims);
        Assert.All(budgets, budget => Assert.True(budget > 0));
    }

    [Property]
    public void A_little_more_to_divide_takes_nothing_from_anybody(int seed)
    {
        Random random = new(seed);
        FastClaim[] claims = RandomClaims(random);
        long capacity = random.NextInt64(1L << 36);
        long more = random.NextInt64(1, 1L << 20);
        long[] before = Divide(capacity, claims);
        long[] after = Divide(capacity + more, claims);

        // Every step of the division may round each budget down by less than a page.
        long rounding = claims.Length * (HeatMap.HeatLevels + 2L) * 2;
        for (int i = 0; i < claims.Length; i++)
        {
            Assert.InRange(after[i] - before[i], -rounding, more + rounding);
        }
    }

    private static long UsableMinimum(FastClaim claim) => claim.Rank.IsBestEffort ? 0 : Math.Min(claim.Rank.MinPages, claim.Usable);

    private static FastClaim[] RandomClaims(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Claim(RandomShare(random), RandomPages(random)) with
        {
            Terms = new FastTerms
            {
                MinPages = random.Next(2) == 0 ? 0 : random.NextInt64(1L << random.Next(1, 34)),
                MaxPages = random.Next(2) == 0 ? long.MaxValue : random.NextInt64(1L << random.Next(1, 36)),
                Weight = random.Next(1, 10_000),
                Priority = random.Next(-2, 3),
                IsBestEffort = random.Next(4) == 0,
            },
        })];

    private static FastShare RandomShare(Random random) => random.Next(3) switch
    {
        0 => FastShare.Auto,
        1 => FastShare.OfPages(1 - random.NextDouble()),
        _ => FastShare.OfBytes(random.NextInt64(4096, 1L << 42)),
    };

    private static (int, long)[] RandomPages(Random random) =>
        [
            .. Enumerable.Range(0, HeatMap.HeatLevels)
                .Where(_ => random.Next(2) == 0)
                .Select(heat => (heat, random.NextInt64(0, 1L << random.Next(1, 36)))),
        ];

    private static long[] Divide(long capacity, params FastClaim[] claims)
    {
        long[] budgets = new long[claims.Length];
        FastBudget.Divide(claims, capacity, budgets);
        return budgets;
    }

    private static FastClaim Claim(FastShare share, params (int Heat, long Pages)[] pages)
    {
        RateHistogram rates = new();
        foreach ((int heat, long count) in pages)
        {
            rates.Count(count, Math.Pow(8, heat - 5), areCold: heat == 0);
        }

        return new FastClaim(share, rates);
    }
}
