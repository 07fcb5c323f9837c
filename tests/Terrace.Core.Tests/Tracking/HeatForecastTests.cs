using FsCheck.Xunit;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tracking;

public sealed class HeatForecastTests
{
    [Fact]
    public void Where_all_pages_are_accessed_alike_every_heat_forecasts_the_same()
    {
        HeatForecast forecast = Learned(heat => (1000, 2000));
        Assert.All(
            Enumerable.Range(0, HeatMap.HeatLevels), heat => Assert.Equal(0.4, forecast.AccessedFraction(heat, inFastMemory: false), 6));
    }

    [Fact]
    public void Heat_that_was_followed_by_fewer_accesses_than_cold_forecasts_no_more_than_cold()
    {
        HeatForecast forecast = Learned(heat => (100, heat < 5 ? 300 : 100));
        Assert.Equal(forecast.AccessedFraction(0, inFastMemory: false), forecast.AccessedFraction(9, inFastMemory: false));
    }

    [Fact]
    public void A_heat_never_seen_is_expected_to_be_worth_as_much_as_the_next_lower_one()
    {
        HeatForecast forecast = Learned(heat => heat is 0 or 5 ? (100, heat * 100) : (0, 0));
        Assert.Equal(1, forecast.AccessedFraction(9, inFastMemory: false), 6);
        Assert.Equal(0, forecast.AccessedFraction(4, inFastMemory: false), 6);
    }

    [Fact]
    public void Half_of_what_was_learned_is_forgotten_each_round()
    {
        HeatForecast forecast = new();
        Learn(forecast, _ => (100, 500));
        Learn(forecast, _ => (100, 0));
        Assert.Equal(1 / 3.0, forecast.AccessedFraction(3, inFastMemory: false), 6);
    }

    [Property]
    public void Forecasts_never_fall_as_heat_rises_and_stay_within_what_was_seen(int seed)
    {
        Random random = new(seed);
        HeatForecast forecast = new();
        for (int round = 0; round < 5; round++)
        {
            Learn(forecast, _ =>
            {
                long pages = random.Next(3) == 0 ? 0 : random.NextInt64(1, 1L << random.Next(1, 40));
                return (pages, random.NextInt64(0, (pages * 5) + 1));
            });
            double last = 0;
            for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
            {
                double fraction = forecast.AccessedFraction(heat, inFastMemory: false);
                Assert.InRange(fraction, last - 1e-12, 1 + 1e-12);
                last = fraction;
            }
        }
    }

    private static HeatForecast Learned(Func<int, (long Pages, long Counts)> ofHeat)
    {
        HeatForecast forecast = new();
        Learn(forecast, ofHeat);
        return forecast;
    }

    private static void Learn(HeatForecast forecast, Func<int, (long Pages, long Counts)> ofHeat)
    {
        long[] pages = new long[2 * HeatMap.HeatLevels];
        long[] counts = new long[2 * HeatMap.HeatLevels];
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            (pages[heat], counts[heat]) = ofHeat(heat);
        }

        forecast.Learn(pages, counts, scans: 5);
    }
}
