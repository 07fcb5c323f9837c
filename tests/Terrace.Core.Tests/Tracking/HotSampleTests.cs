using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tracking;

/// <summary>What looks at a sample say of how often its pages are accessed.</summary>
public sealed class HotSampleTests
{
    private const int Pages = 512;
    private static readonly double[] s_seconds = [0.002, 0.008, 0.032, 0.128];

    [Theory]
    [InlineData(15)]
    [InlineData(50)]
    [InlineData(300)]
    [InlineData(1500)]
    public void Pages_that_all_have_one_rate_show_it_whatever_it_is(double rate) =>
        Assert.InRange(HotSample.RateOf(s_seconds, Touched(_ => rate), Pages) / rate, 0.9, 1.1);

    [Fact]
    public void Of_pages_with_rates_by_Zipfs_law_the_mean_is_told_though_the_hottest_are_accessed_between_all_looks()
    {
        static double Rate(int page) => 10_000.0 / (page + 1);
        double mean = Enumerable.Range(0, Pages).Average(Rate);
        Assert.InRange(HotSample.RateOf(s_seconds, Touched(Rate), Pages) / mean, 0.7, 1.3);

        // What the last look alone would say.
        Assert.InRange(HotSample.RateOf(s_seconds.AsSpan(3), Touched(Rate).AsSpan(3), Pages) / mean, 0, 0.3);
    }

    [Fact]
    public void Where_every_look_saw_all_of_them_accessed_a_least_rate_is_told()
    {
        double rate = HotSample.RateOf(s_seconds, [Pages, Pages, Pages, Pages], Pages);
        Assert.InRange(rate, 1 / s_seconds[0], 10 / s_seconds[0]);
    }

    [Fact]
    public void Looks_that_saw_none_or_hardly_any_tell_of_no_accesses()
    {
        Assert.Equal(0, HotSample.RateOf(s_seconds, [0, 0, 0, 0], Pages));
        Assert.InRange(HotSample.RateOf(s_seconds, [0, 0, 3, 11], Pages), 0.1, 0.3);
    }

    private static int[] Touched(Func<int, double> rate) =>
    [
        .. s_seconds.Select(seconds => (int)Math.Round(Enumerable.Range(0, Pages).Sum(page => 1 - Math.Exp(-rate(page) * seconds)))),
    ];
}
