using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tracking;

/// <summary>What looks at a sample say of how often its pages are accessed.</summary>
public sealed class LooksInTierTests
{
    private const int Pages = 512;
    private static readonly double[] s_seconds = [0.002, 0.008, 0.032, 0.128];

    [Theory]
    [InlineData(15)]
    [InlineData(50)]
    [InlineData(300)]
    [InlineData(1500)]
    public void Pages_that_all_have_one_rate_show_it_whatever_it_is(double rate) =>
        Assert.InRange(LooksInTier.RateOf(s_seconds, Touched(_ => rate), Pages) / rate, 0.9, 1.1);

    [Fact]
    public void Of_pages_with_rates_by_Zipfs_law_the_mean_is_told_though_the_hottest_are_accessed_between_all_looks()
    {
        static double Rate(int page) => 10_000.0 / (page + 1);
        double mean = Enumerable.Range(0, Pages).Average(Rate);
        Assert.InRange(LooksInTier.RateOf(s_seconds, Touched(Rate), Pages) / mean, 0.7, 1.3);

        // What the last look alone would say.
        Assert.InRange(LooksInTier.RateOf(s_seconds.AsSpan(3), Touched(Rate).AsSpan(3), Pages) / mean, 0, 0.3);
    }

    [Fact]
    public void Where_every_look_saw_all_of_them_accessed_a_least_rate_is_told()
    {
        double rate = LooksInTier.RateOf(s_seconds, [Pages, Pages, Pages, Pages], Pages);
        Assert.InRange(rate, 1 / s_seconds[0], 10 / s_seconds[0]);
    }

    [Fact]
    public void Looks_that_saw_none_or_hardly_any_accessed_show_no_rate_or_a_low_one()
    {
        Assert.Equal(0, LooksInTier.RateOf(s_seconds, [0, 0, 0, 0], Pages));
        Assert.InRange(LooksInTier.RateOf(s_seconds, [0, 0, 3, 11], Pages), 0.1, 0.3);
    }

    [Fact]
    public void A_program_that_is_asleep_in_most_looks_and_works_in_the_others_has_the_mean_rate_of_both()
    {
        // At work for 6 ms of each 20, at 100 accesses a second and page meanwhile; the first look falls into the work or not.
        LooksInTier looks = new();
        for (int sample = 0; sample < 40; sample++)
        {
            double phase = sample * 7 % 20;
            for (int i = 0; i < s_seconds.Length; i++)
            {
                double worked = Enumerable.Range(0, (int)(s_seconds[i] * 1000)).Count(ms => (phase + ms) % 20 < 6) / 1000.0;
                looks.Add(i, s_seconds[i], Pages, (int)Math.Round(Pages * (1 - Math.Exp(-100 * worked))));
            }
        }

        looks.Resolve(ofPages: 20);
        Assert.InRange(looks.Rate!.Value, 30 * 0.6, 30 * 1.4);
    }

    [Theory]
    [InlineData(0.060, 0.008, 0.032)]
    [InlineData(0.002, 0.008, 0.008)]
    [InlineData(0.008, 0.008, 0.008)]
    public void Looks_that_a_busy_host_delayed_do_not_make_rates_that_nothing_shows(double first, double second, double third)
    {
        double[] seconds = [first, second, third];
        foreach (double touched in (double[])[30, 100, 300, 500])
        {
            double rate = LooksInTier.RateOf(seconds, [touched, touched / 2, touched / 3], Pages, ofPages: 30);
            Assert.InRange(rate, 0, 10 * -Math.Log(1 - (touched / Pages)) / seconds.Min());
        }
    }

    [Fact]
    public void Too_few_pages_tell_nothing()
    {
        LooksInTier looks = new();
        looks.Add(0, s_seconds[0], LooksInTier.FewestPages - 1, touched: 40);
        looks.Resolve(ofPages: 1);
        Assert.Null(looks.Rate);
    }

    private static double[] Touched(Func<int, double> rate) =>
    [
        .. s_seconds.Select(seconds => Math.Round(Enumerable.Range(0, Pages).Sum(page => 1 - Math.Exp(-rate(page) * seconds)))),
    ];
}
