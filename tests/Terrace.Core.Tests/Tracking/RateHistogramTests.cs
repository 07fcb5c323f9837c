using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

public sealed class RateHistogramTests
{
    [Fact]
    public void A_rate_between_two_steps_is_counted_in_both_in_parts()
    {
        RateHistogram rates = new();
        rates.Count(1000, accessesPerSecond: Math.Sqrt(8), areCold: false);
        Assert.Equal(1000, rates.PagesFrom(5));
        Assert.Equal(500, rates.PagesFrom(6));
        Assert.Equal(0, rates.PagesFrom(7));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-12, 0)]
    [InlineData(1, 5)]
    [InlineData(8, 6)]
    [InlineData(1e15, 15)]
    public void Steps_are_eight_times_as_often_each_and_end_at_both_ends(double rate, int step)
    {
        RateHistogram rates = new();
        rates.Count(7, rate, areCold: rate == 0);
        Assert.Equal(7, rates.PagesFrom(step));
        Assert.Equal(0, rates.PagesFrom(step + 1));
        Assert.Equal(rate == 0 ? 7 : 0, rates.ColdPages);
    }

    [Fact]
    public void An_average_has_as_many_pages_as_there_are_now()
    {
        RateHistogram rates = Of((1000, 1));
        rates.Follow(Of((500, 8)), weight: 0.25);
        Assert.Equal(500, rates.Pages);
        Assert.Equal(500, rates.PagesFrom(5));
        Assert.Equal(125, rates.PagesFrom(6));
    }

    [Fact]
    public void New_pages_are_as_they_are_counted_now()
    {
        RateHistogram rates = Of((1000, 8));
        rates.Follow(Of((1000, 8), (50_000, 0.01)), weight: 0.1);
        Assert.Equal(51_000, rates.Pages);
        Assert.InRange(rates.PagesFrom(6), 900, 2000);
    }

    [Fact]
    public void The_first_one_is_followed_at_once()
    {
        RateHistogram rates = new();
        rates.Follow(Of((500, 8)), weight: 0.25);
        Assert.Equal(500, rates.PagesFrom(6));
    }

    [Fact]
    public void Equal_ones_whose_rates_are_measured_a_little_differently_get_nearly_the_same()
    {
        long[] budgets = new long[2];
        FastBudget.Divide([new(FastShare.Auto, Of((10_000, 0.95))), new(FastShare.Auto, Of((10_000, 1.05)))], 10_000, budgets);
        Assert.InRange((double)budgets[0] / budgets[1], 0.89, 1);

        // What is accessed eight times as often comes first, however the processes were looked at.
        FastBudget.Divide([new(FastShare.Auto, Of((10_000, 1))), new(FastShare.Auto, Of((10_000, 8)))], 10_000, budgets);
        Assert.Equal([0, 10_000], budgets);
    }

    private static RateHistogram Of(params (long Pages, double Rate)[] counted)
    {
        RateHistogram rates = new();
        foreach ((long pages, double rate) in counted)
        {
            rates.Count(pages, rate, areCold: false);
        }

        return rates;
    }
}
