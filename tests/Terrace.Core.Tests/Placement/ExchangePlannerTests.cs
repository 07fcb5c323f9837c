using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Placement;

public sealed class ExchangePlannerTests
{
    private const int Fast = 0b01;
    private const int Slow = 0b10;
    private readonly MoveEconomics _economics = Economics();

    [Fact]
    public void Hot_pages_below_change_places_with_cold_pages_above()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 60), (9, 40)], slow: [(0, 80), (9, 20)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 100, room: 0), _economics);
        Assert.Equal(20, plan.Up.Pages);
        Assert.Equal(20, plan.Down.Pages);
        Assert.Equal(9, plan.Up.Bound);
        Assert.Equal(0, plan.Down.Bound);
    }

    [Fact]
    public void Pages_of_like_heat_stay_where_they_are()
    {
        HeatHistogram histogram = Histogram(fast: [(4, 50), (5, 50)], slow: [(4, 50), (5, 50)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 100, room: 0), _economics);
        Assert.Equal(0, plan.Up.Pages + plan.Down.Pages);
    }

    [Fact]
    public void An_exchange_that_does_not_pay_is_held_back_and_counted()
    {
        MoveEconomics costly = Economics(horizonSeconds: 1);

        HeatHistogram histogram = Histogram(fast: [(0, 100)], slow: [(9, 20)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 100, room: 0), costly);
        Assert.Equal(0, plan.Up.Pages);
        Assert.Equal(20, plan.HeldBackNotWorth);
    }

    [Fact]
    public void Above_its_budget_a_target_gives_up_its_coldest_pages()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 300), (5, 700)], slow: []);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 600, room: 10), _economics);
        Assert.Equal(new HeatCut(5, 300, 100), plan.Down);
        Assert.Equal(0, plan.Up.Pages);
    }

    [Fact]
    public void Above_its_budget_it_keeps_what_is_hotter_than_may_be_drained()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 300), (5, 700)], slow: []);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 200, room: 10) with { MaxDrainHeat = 4 }, _economics);
        Assert.Equal(300, plan.Down.Pages);
    }

    [Fact]
    public void Below_its_budget_a_target_is_filled_hottest_first_but_not_into_the_headroom()
    {
        HeatHistogram histogram = Histogram(fast: [(8, 100)], slow: [(0, 500), (7, 100), (9, 100)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 400, room: 150), _economics);
        Assert.Equal(new HeatCut(7, 100, 50), plan.Up);
        Assert.Equal(0, plan.Down.Pages);
    }

    [Fact]
    public void Resting_pages_do_not_move()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 100)], slow: [(9, 20)]);
        histogram.RestingPages[HeatMap.HeatLevels + 9] = 20;
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 100, room: 0), _economics);
        Assert.Equal(0, plan.Up.Pages);
        Assert.Equal(20, plan.HeldBackResting);
    }

    [Fact]
    public void Volume_is_bounded_in_both_directions_together()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 1000)], slow: [(9, 1000)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 1000, room: 0) with { MaxPages = 100 }, _economics);
        Assert.Equal(50, plan.Up.Pages);
        Assert.Equal(50, plan.Down.Pages);
    }

    [Fact]
    public void Nothing_is_exchanged_before_heat_was_watched_long_enough()
    {
        HeatHistogram histogram = Histogram(fast: [(0, 100)], slow: [(5, 20)]);
        ExchangePlan plan = ExchangePlanner.Plan(histogram, Terms(budget: 100, room: 0) with { ExchangeAllowed = false }, _economics);
        Assert.Equal(0, plan.Up.Pages + plan.Down.Pages);
    }

    private static ExchangeTerms Terms(long budget, long room) =>
        new(Fast, Slow, budget, room, MaxPages: 1_000_000, MinFillHeat: 0, ExchangeAllowed: true);

    private static MoveEconomics Economics(double horizonSeconds = 120)
    {
        MoveEconomics economics = new(TimeSpan.FromSeconds(horizonSeconds));
        HeatForecast forecast = new();
        long[] pages = new long[2 * HeatMap.HeatLevels];
        long[] counts = new long[2 * HeatMap.HeatLevels];
        for (int heat = 0; heat < 10; heat++)
        {
            pages[heat] = pages[HeatMap.HeatLevels + heat] = 1_800;
            counts[heat] = counts[HeatMap.HeatLevels + heat] = heat * 1_000;
        }

        forecast.Learn(pages, counts, scans: 5);
        economics.SetForecast(forecast, scansPerRound: 5, TimeSpan.FromMilliseconds(100));
        return economics;
    }

    private static HeatHistogram Histogram((int Heat, long Pages)[] fast, (int Heat, long Pages)[] slow)
    {
        HeatHistogram histogram = new();
        foreach ((int heat, long pages) in fast)
        {
            histogram.AllPages[heat] = pages;
        }

        foreach ((int heat, long pages) in slow)
        {
            histogram.AllPages[HeatMap.HeatLevels + heat] = pages;
        }

        return histogram;
    }
}
