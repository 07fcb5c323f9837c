using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

public sealed class PageSampleTests
{
    private const int Chunks = 400;

    private const int SlowPlaces = 0b1110;

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.3)]
    [InlineData(0.001)]
    public void A_sample_is_runs_with_slow_pages_in_order_and_from_everywhere(double slowFraction)
    {
        using HeatMap map = Map(slowFraction, out HashSet<ulong> slow);
        ulong[] pages = new PageSample().Choose(map, SlowPlaces).ToArray();
        Assert.Equal(pages.Order().Distinct(), pages);
        ulong[] runs = [.. pages.Select(RunOf).Distinct()];
        Assert.InRange(runs.Length, 40, 96);
        Assert.All(
            runs, run => Assert.Contains(Enumerable.Range(0, 32), page => slow.Contains((run << 17) + ((ulong)page << Chunk.PageShift))));

        // Each tenth of the address space has its part.
        Assert.Equal(10, pages.Select(page => Chunk.Of(page) * 10 / Chunks).Distinct().Count());
    }

    [Fact]
    public void Each_sample_is_of_other_pages()
    {
        using HeatMap map = Map(0.9, out _);
        PageSample sample = new();
        ulong[] first = sample.Choose(map, SlowPlaces).ToArray();
        Assert.Empty(first.Intersect(sample.Choose(map, SlowPlaces).ToArray()));
    }

    [Fact]
    public void Where_there_is_little_slow_memory_all_of_its_runs_are_the_sample_and_huge_pages_never_are()
    {
        using HeatMap map = new();
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.PlaceLow.AsWords()[3] = 0b1011;
        map.BeginScan();
        map.Record(5, facts);
        facts.IsHuge = true;
        facts.PlaceLow.Fill(ulong.MaxValue);
        map.Record(6, facts);
        map.EndScan();
        Assert.Equal(
            Enumerable.Range(192, 32).Select(page => Chunk.AddressOf(5, page)), new PageSample().Choose(map, SlowPlaces).ToArray());
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(256)]
    public void A_sample_never_has_a_part_of_a_folio(int folioPages)
    {
        using HeatMap map = Map(1, out _, folioPages);
        PageSample sample = new();
        for (int look = 0; look < 20; look++)
        {
            ulong[] pages = sample.Choose(map, SlowPlaces).ToArray();
            Assert.Equal(pages.Order().Distinct(), pages);
            Assert.InRange(pages.Length, 1500, 3072);
            ulong shift = (ulong)int.Log2(folioPages * Chunk.PageBytes);
            Assert.All(pages.GroupBy(page => page >> (int)shift), folio => Assert.Equal(folioPages, folio.Count()));
        }
    }

    [Fact]
    public void A_look_counts_those_of_the_cleared_pages_that_are_slow_and_there()
    {
        using HeatMap map = Map(0.4, out HashSet<ulong> slow);
        PageSample sample = new();
        Pages pages = new();
        Assert.True(sample.Clear(pages, map, SlowPlaces));
        Assert.True(sample.Look(pages, map, SlowPlaces));
        ulong[] there = [.. pages.Cleared.Where(page => slow.Contains(page) && Pages.SightOf(page) != PageSight.Absent)];
        Assert.Equal(there.Length, sample.Seen);
        Assert.Equal(there.Count(page => Pages.SightOf(page) == PageSight.Accessed), sample.Touched);
        Assert.InRange(sample.Touched, 1, sample.Seen - 1);
    }

    [Fact]
    public void Where_the_clearer_cannot_clear_single_pages_there_is_no_sample()
    {
        using HeatMap map = Map(0.4, out _);
        Assert.False(new PageSample().Clear(new Pages { CanClear = false }, map, SlowPlaces));
    }

    private static ulong RunOf(ulong address) => address >> 17;

    /// <summary>Refuses every fifth page, and has its own idea of which were accessed.</summary>
    private sealed class Pages : IAccessTracker, IAccessClearer
    {
        public bool CanClear { get; init; } = true;

        public List<ulong> Cleared { get; } = [];

        public string Name => "test";

        public static PageSight SightOf(ulong page) => (PageSight)((page >> Chunk.PageShift) % 3);

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();

        public ScanOutcome Clear() => throw new NotSupportedException();

        public int ClearSome(Span<ulong> pages)
        {
            Cleared.AddRange(CanClear ? pages.ToArray().Where(page => (page >> Chunk.PageShift) % 5 > 0) : []);
            Cleared.ToArray().CopyTo(pages);
            return Cleared.Count;
        }

        public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
        {
            Assert.Equal(Cleared, pages.ToArray());
            for (int i = 0; i < pages.Length; i++)
            {
                sights[i] = SightOf(pages[i]);
            }

            return true;
        }
    }

    private static HeatMap Map(double slowFraction, out HashSet<ulong> slow, int folioPages = 1)
    {
        Random random = new(9);
        HeatMap map = new();
        slow = [];
        map.BeginScan();
        for (ulong chunk = 0; chunk < Chunks; chunk++)
        {
            ChunkFacts facts = default;
            facts.Present.Fill(ulong.MaxValue);
            facts.HasFolios = folioPages > 1;
            for (int page = 0; page < Chunk.Pages; page++)
            {
                facts.Joined.AsWords()[page >> 6] |= page % folioPages > 0 ? 1UL << (page & 63) : 0;
                if (random.NextDouble() < slowFraction)
                {
                    facts.PlaceLow.AsWords()[page >> 6] |= 1UL << (page & 63);
                    slow.Add(Chunk.AddressOf(chunk, page));
                }
            }

            map.Record(chunk, facts);
        }

        map.EndScan();
        return map;
    }
}
