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
    public void A_folio_goes_up_whole_when_it_has_a_hot_page_and_counts_with_all_of_them()
    {
        // Of each third folio of 16 pages twelve are in use, which is enough in three scans: for none, 62 % and 24 %.
        Fill(chunks: 2, (_, page, _) => page / 16 % 3 == 0 && page % 16 < 12, place: 1, folioPages: 16);
        int[] folios = [.. Enumerable.Range(0, 32).Where(folio => folio % 3 == 0)];
        Assert.Equal(folios.Length * 2 * 16, _histogram.PagesIn(Slow, 3));
        MovePlan plan = Select(new HeatCut(Bound: 2, Beyond: 512, AtBound: 0), Slow, isPromotion: true);
        Assert.Equal(Math.Min(512, folios.Length * 2 * 16), plan.PagesLeft);
        Assert.All(Addresses(plan), address => Assert.Contains(PageOf(address) / 16, folios));
        Assert.All(Counts(plan), count => Assert.Equal(16, count));
    }

    [Fact]
    public void A_folio_never_exceeds_what_may_go_up_and_smaller_ones_are_taken_in_its_place()
    {
        Fill(chunks: 1, (_, _, _) => true, place: 1, folioPages: 64, baseFrom: 448);
        Assert.Equal(10, Select(new HeatCut(2, 10, 0), Slow, isPromotion: true).PagesLeft);
        Assert.Equal(64 + 36, Select(new HeatCut(2, 100, 0), Slow, isPromotion: true).PagesLeft);
        Assert.Equal(128, Select(new HeatCut(2, 128, 0), Slow, isPromotion: true).PagesLeft);
    }

    [Fact]
    public void A_folio_goes_down_only_with_all_its_pages_cold()
    {
        Fill(chunks: 1, (_, page, _) => page % 32 == 5, place: 0, folioPages: 16);
        MovePlan plan = Select(new HeatCut(Bound: 0, Beyond: 0, AtBound: 512), Fast, isPromotion: false);
        Assert.Equal(256, plan.PagesLeft);
        Assert.All(Addresses(plan), address => Assert.Equal(1, PageOf(address) / 16 % 2));

        // Pages that are joined later differ for some rounds: the hottest one decides.
        using HeatMap heat = new();
        ChunkFacts facts = FactsOf(folioPages: 1, baseFrom: 512, place: 0);
        facts.Accessed.AsWords()[0] = 1;
        heat.BeginRound();
        Scan(heat, facts);
        Scan(heat, facts);
        Scan(heat, facts);
        heat.EndRound(_histogram);
        heat.BeginRound();
        facts = FactsOf(folioPages: 16, baseFrom: 512, place: 0);
        Scan(heat, facts);
        heat.EndRound(_histogram);
        MovePlan later = new();
        _selector.Select(heat, 0, new HeatCut(0, 0, 512), Fast, isPromotion: false, s_routes, later);
        Assert.Equal(496, later.PagesLeft);
    }

    [Fact]
    public void A_folio_that_moved_rests_whole_and_one_that_cannot_be_moved_is_left_out_whole()
    {
        Fill(chunks: 1, (_, _, _) => true, place: 1, folioPages: 16);
        _heat.NoteMoved(Chunk.AddressOf(0, 32), pages: 16, place: 1);
        for (int i = 0; i < 2; i++)
        {
            _heat.NoteMoved([Chunk.AddressOf(0, 64)], [16], [MoveResult.Busy], place: 0);
        }

        Fill(chunks: 1, (_, _, _) => true, place: 1, folioPages: 16);
        Assert.Equal(16, _heat.ImmovablePages);
        Assert.Equal(16, Enumerable.Range(0, HeatMap.HeatLevels).Sum(heat => _histogram.Resting(1, heat)));
        List<ulong> chosen = Addresses(Select(new HeatCut(1, 512, 0), Slow, isPromotion: true));
        Assert.Equal(30, chosen.Count);
        Assert.DoesNotContain(chosen, address => PageOf(address) is (>= 32 and < 48) or (>= 64 and < 80));
    }

    [Fact]
    public void Pages_of_another_tier_and_pages_that_rest_are_left_alone()
    {
        Fill(chunks: 1, (_, page, _) => page < 10, place: 1);
        _heat.NoteMoved(Chunk.AddressOf(0, 3), pages: 1, place: 1);
        HeatCut hottest = new(Bound: 2, Beyond: 512, AtBound: 512);
        Assert.Equal(9, Select(hottest, Slow, isPromotion: true).PagesLeft);
        Assert.Equal(0, Select(hottest, Fast, isPromotion: true).PagesLeft);
    }

    private static List<int> Counts(MovePlan plan) =>
        [.. Enumerable.Range(0, plan.Count).SelectMany(i => Enumerable.Range(0, plan[i].Count).Select(entry => plan[i][entry].Pages))];

    private static int PageOf(ulong address) => (int)((address >> Chunk.PageShift) & 511);

    private static List<ulong> Addresses(MovePlan plan)
    {
        List<ulong> all = [];
        ulong[] addresses = new ulong[64];
        ushort[] counts = new ushort[64];
        for (int i = 0; i < plan.Count; i++)
        {
            while (plan[i].PagesLeft > 0)
            {
                all.AddRange(addresses.Take(plan[i].Take(64, addresses, counts)));
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

    private void Fill(int chunks, Func<int, int, int, bool> accessed, int place, int folioPages = 1, int baseFrom = 512)
    {
        _heat.BeginRound();
        for (int scan = 0; scan < 3; scan++)
        {
            Scan(() =>
            {
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    ChunkFacts facts = FactsOf(folioPages, baseFrom, place);
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

    /// <summary>All pages of a chunk: folios of as many pages, and single pages from one on.</summary>
    private static ChunkFacts FactsOf(int folioPages, int baseFrom, int place)
    {
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.PlaceLow.Fill(place == 1 ? ulong.MaxValue : 0);
        facts.HasFolios = folioPages > 1;
        for (int page = 0; page < baseFrom; page++)
        {
            facts.Joined.AsWords()[page >> 6] |= page % folioPages > 0 ? 1UL << (page & 63) : 0;
        }

        return facts;
    }

    private static void Scan(HeatMap heat, ChunkFacts facts)
    {
        heat.BeginScan();
        heat.Record(0, facts);
        heat.EndScan();
    }

    private void Scan(Action record)
    {
        _heat.BeginScan();
        record();
        _heat.EndScan();
    }
}
