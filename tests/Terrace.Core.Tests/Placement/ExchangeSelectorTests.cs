using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Placement;

/// <summary>
/// What is planned by counting, where huge pages move whole: 8 chunks below, hot and huge or warm; 8 above, cold and huge or
/// lukewarm.
/// </summary>
public sealed class ExchangeSelectorTests : IDisposable
{
    private const int Above = 0b01;
    private const int Below = 0b10;
    private static readonly MoveRoute[] s_up = [MoveRoute.None, MoveRoute.To([0]), MoveRoute.None, MoveRoute.None];
    private static readonly MoveRoute[] s_down = [MoveRoute.To([1]), MoveRoute.None, MoveRoute.None, MoveRoute.None];
    private readonly HeatMap _heat = new();
    private readonly HeatHistogram _histogram = new();

    public void Dispose() => _heat.Dispose();

    [Fact]
    public void Nothing_goes_down_for_a_huge_page_that_does_not_come_up()
    {
        Fill(hugeBelow: 8, hugeAbove: 0);
        ExchangedPages moves = Select(new HeatCut(3, 0, 700), new HeatCut(1, 0, 700), budget: 8 * 512);
        Assert.Equal(new(512, 512), moves);
    }

    [Fact]
    public void Base_pages_that_are_less_hot_fill_what_is_left_of_the_budget()
    {
        Fill(hugeBelow: 6, hugeAbove: 0);
        ExchangedPages moves = Select(new HeatCut(3, 0, 700), default, budget: (8 * 512) + 700);
        Assert.Equal(new(700, 0), moves);
    }

    [Fact]
    public void A_small_part_of_the_budget_is_left_empty_instead()
    {
        Fill(hugeBelow: 6, hugeAbove: 0);
        ExchangedPages moves = Select(new HeatCut(3, 0, 517), default, budget: (8 * 512) + 517);
        Assert.Equal(new(512, 0), moves);
    }

    [Fact]
    public void Too_much_above_takes_a_whole_huge_page_down_rather_than_pages_that_are_less_cold()
    {
        Fill(hugeBelow: 0, hugeAbove: 6);
        ExchangedPages moves = Select(default, new HeatCut(0, 0, 600), budget: (8 * 512) - 600);
        Assert.Equal(new(0, 1024), moves);
    }

    [Fact]
    public void A_little_too_much_is_left_above()
    {
        Fill(hugeBelow: 0, hugeAbove: 6);
        ExchangedPages moves = Select(default, new HeatCut(0, 0, 517), budget: (8 * 512) - 517);
        Assert.Equal(new(0, 512), moves);
    }

    [Theory]
    [InlineData(300, 0, 512, 0)]
    [InlineData(200, 0, 0, 0)]
    [InlineData(700, 0, 512, 0)]
    [InlineData(800, 0, 1024, 0)]
    [InlineData(0, 300, 0, 512)]
    [InlineData(0, 200, 0, 0)]
    public void Where_there_are_huge_pages_only_the_nearest_number_of_them_moves(int lacking, int tooMuch, int up, int down)
    {
        Fill(hugeBelow: 8, hugeAbove: 8);
        ExchangedPages moves = Select(new HeatCut(3, 0, lacking), new HeatCut(0, 0, tooMuch), budget: (8 * 512) + lacking - tooMuch);
        Assert.Equal(new(up, down), moves);
    }

    [Fact]
    public void No_huge_page_comes_up_into_room_for_half_of_it()
    {
        Fill(hugeBelow: 8, hugeAbove: 8);
        ExchangeTerms terms = Terms((8 * 512) + 300) with { UpperRoomPages = 300 };
        ExchangedPages moves = new ExchangeSelector().Select(
            _heat, 0, new(new HeatCut(3, 0, 300), default, 0, 0, 0), terms, s_up, s_down, new MovePlan());
        Assert.Equal(new(0, 0), moves);
    }

    [Fact]
    public void Any_mixture_ends_within_the_tolerance_of_its_budget_or_less_than_a_huge_page_from_it()
    {
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            Fill(random.Next(9), random.Next(9));
            long budget = random.Next(512, 15 * 512);
            ExchangeTerms terms = Terms(budget);
            ExchangePlan exchange = ExchangePlanner.Plan(_histogram, terms, new MoveEconomics(TimeSpan.FromMinutes(2)));
            MovePlan plan = new();
            ExchangedPages moves = new ExchangeSelector().Select(_heat, 0, exchange, terms, s_up, s_down, plan);
            Assert.Equal(moves, new(plan.Pages(promotions: true), plan.Pages(promotions: false)));
            long above = _histogram.TotalIn(Above) + moves.Up - moves.Down;
            long plannedAbove = _histogram.TotalIn(Above) + exchange.Up.Pages - exchange.Down.Pages;
            Assert.InRange(above - plannedAbove, -511, 511);
            Assert.Equal(
                plan.Pages(promotions: true) + plan.Pages(promotions: false),
                Addresses(plan).Distinct().Sum(entry => entry.IsHuge ? 512 : 1));
        }
    }

    private static ExchangeTerms Terms(long budget) =>
        new(Above, Below, budget, long.MaxValue, long.MaxValue, MinFillHeat: 0, ExchangeAllowed: true);

    private static List<(ulong Address, bool IsHuge)> Addresses(MovePlan plan)
    {
        List<(ulong, bool)> all = [];
        ulong[] addresses = new ulong[64];
        ushort[] counts = new ushort[64];
        for (int i = 0; i < plan.Count; i++)
        {
            while (plan[i].PagesLeft > 0)
            {
                int taken = plan[i].Take(64, addresses, counts);
                all.AddRange(addresses.Zip(counts, (address, count) => (address, count > 1)).Take(taken));
            }
        }

        return all;
    }

    private ExchangedPages Select(HeatCut up, HeatCut down, long budget) =>
        new ExchangeSelector().Select(_heat, 0, new(up, down, 0, 0, 0), Terms(budget), s_up, s_down, new MovePlan());

    /// <summary>
    /// Huge pages and, in what is left of 8 chunks of each side, base pages: below hot and warm, above cold and lukewarm.
    /// </summary>
    private void Fill(int hugeBelow, int hugeAbove)
    {
        _heat.Clear();
        _heat.BeginRound();
        for (int scan = 0; scan < 3; scan++)
        {
            _heat.BeginScan();
            for (int chunk = 0; chunk < 16; chunk++)
            {
                bool below = chunk < 8;
                ChunkFacts facts = default;
                facts.Present.Fill(ulong.MaxValue);
                facts.PlaceLow.Fill(below ? ulong.MaxValue : 0);
                facts.IsHuge = below ? chunk < hugeBelow : chunk - 8 < hugeAbove;
                bool accessed = below ? facts.IsHuge || scan == 0 : !facts.IsHuge && scan == 0;
                facts.Accessed.Fill(accessed ? ulong.MaxValue : 0);
                _heat.Record((ulong)chunk, facts);
            }

            _heat.EndScan();
        }

        _heat.EndRound(_histogram);
    }
}
