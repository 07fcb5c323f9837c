using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Placement;

public sealed class PageSelectorTests : IDisposable
{
    private const int Fast = 0b01;
    private const int Slow = 0b10;
    private static readonly MoveRoute[] s_routes = [MoveRoute.To([1]), MoveRoute.To([0]), MoveRoute.None, MoveRoute.None];
    private readonly HeatMap _heat = new();
    private readonly HeatHistogram _histogram = new();
    private readonly PageSelector _selector = new();

    public void Dispose() => _heat.Dispose();

    [Fact]
    public void The_hottest_pages_are_taken_all_and_of_the_next_heat_only_as_many_as_asked()
    {
        // Page i of each chunk was accessed in i % 4 of three scans.
        Fill(chunks: 2, (_, page, scan) => scan < page % 4, place: 1);
        MovePlan plan = Select(new HeatCut(Bound: 2, Beyond: 256, AtBound: 10), Slow, isPromotion: true);
        List<ulong> addresses = Addresses(plan);
        Assert.Equal(266, addresses.Count);
        Assert.Equal(256, addresses.Count(address => PageOf(address) % 4 == 3));
        Assert.Equal(10, addresses.Count(address => PageOf(address) % 4 == 2));
    }

    [Fact]
    public void The_next_choice_among_equals_continues_where_the_last_one_stopped()
    {
        Fill(chunks: 4, (_, _, _) => false, place: 0);
        HeatCut cut = new(Bound: 0, Beyond: 0, AtBound: 512);
        List<ulong> first = Addresses(Select(cut, Fast, isPromotion: false));
        _ = Select(cut with { AtBound = 1 }, Fast, isPromotion: false);
        List<ulong> later = Addresses(Select(cut with { AtBound = 1536 }, Fast, isPromotion: false));
        Assert.Equal(512, first.Count);
        Assert.Equal(1536, later.Count);
        Assert.True(later.Select(Chunk.Of).Distinct().Count() == 3);
    }

    [Fact]
    public void A_huge_page_is_taken_whole_or_not_at_all()
    {
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.PlaceLow.Fill(ulong.MaxValue);
        facts.IsHuge = true;
        Scan(() => _heat.Record(5, facts));
        _heat.EndRound(_histogram);
        Assert.Equal(0, Select(new HeatCut(0, 0, 511), Slow, isPromotion: true).PagesLeft);
        MovePlan plan = Select(new HeatCut(0, 0, 512), Slow, isPromotion: true);
        Assert.Equal(512, plan.PagesLeft);
        Assert.Single(Addresses(plan));
    }

    [Fact]
    public void Pages_of_another_tier_and_pages_that_rest_are_left_alone()
    {
        Fill(chunks: 1, (_, page, _) => page < 10, place: 1);
        _heat.NoteMoved(Chunk.AddressOf(0, 3), isHuge: false, place: 1);
        HeatCut hottest = new(Bound: 2, Beyond: 512, AtBound: 512);
        Assert.Equal(9, Select(hottest, Slow, isPromotion: true).PagesLeft);
        Assert.Equal(0, Select(hottest, Fast, isPromotion: true).PagesLeft);
    }

    private static int PageOf(ulong address) => (int)((address >> Chunk.PageShift) & 511);

    private static List<ulong> Addresses(MovePlan plan)
    {
        List<ulong> all = [];
        ulong[] addresses = new ulong[64];
        bool[] huge = new bool[64];
        for (int i = 0; i < plan.Count; i++)
        {
            while (plan[i].PagesLeft > 0)
            {
                all.AddRange(addresses.Take(plan[i].Take(64, addresses, huge)));
            }
        }

        return all;
    }

    private MovePlan Select(HeatCut cut, int places, bool isPromotion)
    {
        MovePlan plan = new();
        _selector.Select(_heat, 0, cut, places, isPromotion, s_routes, plan);
        return plan;
    }

    private void Fill(int chunks, Func<int, int, int, bool> accessed, int place)
    {
        _heat.BeginRound();
        for (int scan = 0; scan < 3; scan++)
        {
            Scan(() =>
            {
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    ChunkFacts facts = default;
                    facts.Present.Fill(ulong.MaxValue);
                    facts.PlaceLow.Fill(place == 1 ? ulong.MaxValue : 0);
                    for (int page = 0; page < Chunk.Pages; page++)
                    {
                        facts.Accessed.AsWords()[page >> 6] |= accessed(chunk, page, scan) ? 1UL << (page & 63) : 0;
                    }

                    _heat.Record((ulong)chunk, facts);
                }
            });
        }

        _heat.EndRound(_histogram);
    }

    private void Scan(Action record)
    {
        _heat.BeginScan();
        record();
        _heat.EndScan();
    }
}
