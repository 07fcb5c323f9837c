using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

public sealed class HeatMapTests
{
    [Property(MaxTest = 60)]
    public void Words_agree_with_a_plain_dictionary(int seed) => HeatMapTrial.Run(PlaneWidth.Word64, new Random(seed));

    [Property(MaxTest = 60)]
    public void Vectors_of_256_bits_agree_with_a_plain_dictionary(int seed) => HeatMapTrial.Run(PlaneWidth.Vector256, new Random(seed));

    [Property(MaxTest = 60)]
    public void Vectors_of_512_bits_agree_with_a_plain_dictionary(int seed) => HeatMapTrial.Run(PlaneWidth.Vector512, new Random(seed));

    [Fact]
    public void A_page_that_is_unmapped_and_mapped_again_starts_cold()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        RunRound(map, histogram, scans: 5, Facts(page: 3, accessed: true));
        Assert.Equal(5, map.ChunkAt(0).HeatOf(3));
        map.BeginRound();
        Scan(map, Facts(page: 4, accessed: true));
        Scan(map, Facts(page: 3, accessed: true));
        map.EndRound(histogram);
        Assert.Equal(1, map.ChunkAt(0).HeatOf(3));
    }

    [Theory]
    [InlineData(PlaneWidth.Word64)]
    [InlineData(PlaneWidth.Vector256)]
    [InlineData(PlaneWidth.Vector512)]
    public void More_scans_than_a_count_can_hold_leave_it_at_the_most_that_it_can(PlaneWidth width)
    {
        using HeatMap map = new(width);
        map.BeginRound();
        for (int scan = 1; scan <= HeatMap.MaxScansPerRound + 3; scan++)
        {
            Scan(map, Facts(page: 3, accessed: true));
            Assert.Equal(Math.Min(scan, HeatMap.MaxScansPerRound), map.ChunkAt(0).CountOf(3));
        }
    }

    [Theory]
    [InlineData(PlaneWidth.Word64)]
    [InlineData(PlaneWidth.Vector256)]
    [InlineData(PlaneWidth.Vector512)]
    public void Scans_that_are_begun_again_and_again_count_up_and_never_over(PlaneWidth width)
    {
        using HeatMap map = new(width);
        map.BeginRound();
        Scan(map, Facts(page: 3, accessed: true));
        for (int again = 1; again <= HeatMap.MaxScansPerRound + 3; again++)
        {
            map.BeginScan();
            map.Record(9, Facts(page: 3, accessed: true));
            Assert.Equal(Math.Min(1 + again, HeatMap.MaxScansPerRound), map.ChunkAt(0).CountOf(3));
        }
    }

    [Fact]
    public void Counts_never_exceed_the_scans_that_they_are_said_to_be_of()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        RunRound(map, histogram, scans: 5, Facts(page: 3, accessed: true));
        Assert.Equal((5, 5), (map.ChunkAt(0).CountOf(3), map.CountedScans));
        map.BeginRound();
        Assert.Equal((5, 5), (map.ChunkAt(0).CountOf(3), map.CountedScans));

        // A round that is begun again has no scan of its own.
        map.BeginRound();
        Assert.Equal((5, 5), (map.ChunkAt(0).CountOf(3), map.CountedScans));
        Scan(map, Facts(page: 3, accessed: true));
        Assert.Equal((1, 1), (map.ChunkAt(0).CountOf(3), map.CountedScans));
        Scan(map, Facts(page: 3, accessed: false));
        Assert.Equal((1, 2), (map.ChunkAt(0).CountOf(3), map.CountedScans));
        map.Clear();
        Assert.Equal(0, map.CountedScans);
    }

    [Fact]
    public void A_folio_is_as_hot_as_its_pages_on_average_or_one_that_is_always_accessed_and_one_observation_for_the_forecast()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        HeatForecast forecast = new();
        int[] used = [0, 16, 64, 1];
        double[] heats = new double[used.Length];
        for (int round = 0; round < 20; round++)
        {
            map.BeginRound();
            for (int scan = 0; scan < 5; scan++)
            {
                ChunkFacts facts = Folios(folioPages: 128);
                for (int folio = 0; folio < used.Length; folio++)
                {
                    // Other pages each time, except for the folio that has one hot page.
                    for (int i = 0; i < used[folio]; i++)
                    {
                        int page = used[folio] == 1 ? 7 : ((scan & 1) * 64) + i;
                        facts.Accessed.AsWords()[(folio * 2) + (page / 64)] |= 1UL << (page % 64);
                    }
                }

                Scan(map, facts);
            }

            map.EndRound(histogram, forecast);
            for (int folio = 0; folio < used.Length; folio++)
            {
                int heat = map.ChunkAt(0).HeatOf(folio * 128);
                Assert.All(Enumerable.Range(folio * 128, 128), page => Assert.Equal(heat, map.ChunkAt(0).HeatOf(page)));
                heats[folio] += round >= 4 ? heat / 16.0 : 0;
            }
        }

        // One that is accessed in each of five scans has 9 or 10; halves are lost.
        Assert.Equal(0, heats[0]);
        Assert.InRange(heats[1], 0.5, 1.5);
        Assert.InRange(heats[2], 4, 5);
        Assert.InRange(heats[3], 9, 10);
        Assert.Equal((128, 128), map.ChunkAt(0).UnitOf(200));

        // All the pages that were accessed were expected to be: one folio is not evidence enough to be sure of it.
        using HeatMap whole = new();
        HeatForecast ofWhole = new();
        using HeatMap pages = new();
        HeatForecast ofPages = new();
        for (int round = 0; round < 4; round++)
        {
            whole.BeginRound();
            pages.BeginRound();
            for (int scan = 0; scan < 5; scan++)
            {
                foreach ((HeatMap of, int folioPages) in new[] { (whole, 128), (pages, 1) })
                {
                    ChunkFacts facts = Folios(folioPages);
                    facts.Accessed.AsWords()[2] = facts.Accessed.AsWords()[3] = ulong.MaxValue;
                    Scan(of, facts);
                }
            }

            whole.EndRound(histogram, ofWhole);
            pages.EndRound(histogram, ofPages);
        }

        Assert.True(ofWhole.AtMostInFastMemory(0) > ofPages.AtMostInFastMemory(0));
    }

    [Fact]
    public void What_joins_pages_is_forgotten_with_them_and_takes_no_memory_where_there_is_none()
    {
        using HeatMap map = new();
        Scan(map, Facts(page: 0, accessed: true));
        long without = map.TrackingBytes;
        Scan(map, Folios(folioPages: 16));
        Assert.InRange(map.TrackingBytes - without, 5 * 64, 16384);
        Assert.Equal((32, 16), map.ChunkAt(0).UnitOf(40));
        map.Fit(PlaceMap.ManyBits);
        Assert.Equal((40, 1), map.ChunkAt(0).UnitOf(40));
        Scan(map, Folios(folioPages: 16));
        Scan(map, Folios(folioPages: 1));
        Assert.False(map.ChunkAt(0).HasFolios);
        Scan(map, Folios(folioPages: 16));
        map.BeginScan();
        map.EndScan();
        Scan(map, Folios(folioPages: 1));
        Assert.False(map.ChunkAt(0).HasFolios);
    }

    [Fact]
    public void Heat_halves_each_round_without_accesses_and_settles_below_twice_the_scans()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        List<int> heats = [];
        for (int round = 0; round < 8; round++)
        {
            RunRound(map, histogram, scans: 5, Facts(page: 0, accessed: round < 4));
            heats.Add(map.ChunkAt(0).HeatOf(0));
        }

        Assert.Equal([5, 7, 8, 9, 4, 2, 1, 0], heats);
    }

    [Fact]
    public void The_round_tells_hot_pages_from_touched_ones()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        map.BeginRound();
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        for (int scan = 0; scan < 4; scan++)
        {
            facts.Accessed.Fill(0);
            facts.Accessed.AsWords()[0] = scan == 2 ? 0b111UL : 0b001UL;
            Scan(map, facts);
        }

        Assert.Equal(new RoundCount(HotPages: 1, TouchedPages: 3), map.EndRound(histogram));
        Assert.Equal(509, histogram.Pages(place: 0, heat: 0));
        Assert.Equal(2, histogram.Pages(place: 0, heat: 1));
        Assert.Equal(1, histogram.Pages(place: 0, heat: 4));
    }

    [Fact]
    public void Tracking_takes_at_most_two_bytes_for_each_page()
    {
        using HeatMap map = new();
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        const int Chunks = 20_000;
        for (int scan = 0; scan < 2; scan++)
        {
            map.BeginScan();
            for (ulong chunk = 0; chunk < Chunks; chunk++)
            {
                map.Record(chunk, facts);
            }

            map.EndScan();
        }

        Assert.InRange(map.TrackingBytes / (double)(Chunks * Chunk.Pages), 0, 2);
    }

    [Fact]
    public void A_scan_of_a_known_address_space_allocates_nothing()
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        void Round()
        {
            map.BeginRound();
            for (int scan = 0; scan < 3; scan++)
            {
                map.BeginScan();
                for (ulong chunk = 0; chunk < 500; chunk++)
                {
                    map.Record(chunk, facts);
                }

                map.EndScan();
            }

            map.EndRound(histogram);
        }

        Round();
        Round();
        Assert.Equal(0, Garbage.Of(Round));
    }

    private static ChunkFacts Facts(int page, bool accessed)
    {
        ChunkFacts facts = default;
        facts.Present.AsWords()[page >> 6] = 1UL << (page & 63);
        facts.Accessed.AsWords()[page >> 6] = accessed ? 1UL << (page & 63) : 0;
        return facts;
    }

    private static void Scan(HeatMap map, in ChunkFacts facts)
    {
        map.BeginScan();
        map.Record(9, facts);
        map.EndScan();
    }

    /// <summary>A chunk of folios of as many pages each.</summary>
    private static ChunkFacts Folios(int folioPages)
    {
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.HasFolios = folioPages > 1;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            facts.Joined.AsWords()[page >> 6] |= page % folioPages > 0 ? 1UL << (page & 63) : 0;
        }

        return facts;
    }

    private static void RunRound(HeatMap map, HeatHistogram histogram, int scans, in ChunkFacts facts)
    {
        map.BeginRound();
        for (int scan = 0; scan < scans; scan++)
        {
            Scan(map, facts);
        }

        map.EndRound(histogram);
    }
}
