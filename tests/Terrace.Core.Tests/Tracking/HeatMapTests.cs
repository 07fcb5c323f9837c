using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

public sealed class HeatMapTests
{
    private static readonly ulong[] s_chunkNumbers = [0, 1, 2, 7, 0x3_FFFF_FFFE, 0x4_0000_0000, 0x7_FFFF_FFFF];

    [Property(MaxTest = 60)]
    public void Words_agree_with_a_plain_dictionary(int seed) => AgreesWithOracle(PlaneWidth.Word64, new Random(seed));

    [Property(MaxTest = 60)]
    public void Vectors_of_256_bits_agree_with_a_plain_dictionary(int seed) => AgreesWithOracle(PlaneWidth.Vector256, new Random(seed));

    [Property(MaxTest = 60)]
    public void Vectors_of_512_bits_agree_with_a_plain_dictionary(int seed) => AgreesWithOracle(PlaneWidth.Vector512, new Random(seed));

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

    private static void RunRound(HeatMap map, HeatHistogram histogram, int scans, in ChunkFacts facts)
    {
        map.BeginRound();
        for (int scan = 0; scan < scans; scan++)
        {
            Scan(map, facts);
        }

        map.EndRound(histogram);
    }

    private static void AgreesWithOracle(PlaneWidth width, Random random)
    {
        using HeatMap map = new(width);
        HeatOracle oracle = new();
        HeatHistogram histogram = new();
        for (int round = 0; round < 4; round++)
        {
            map.BeginRound();
            oracle.BeginRound();
            int scans = random.Next(1, HeatMap.MaxScansPerRound + 1);
            for (int scan = 0; scan < scans; scan++)
            {
                RandomScan(map, oracle, random);
                AssertSame(map, oracle);
            }

            RoundCount count = map.EndRound(histogram);
            Assert.Equal(oracle.Pages.Values.Count(page => page.Count == scans), count.HotPages);
            Assert.Equal(oracle.Pages.Values.Count(page => page.Count > 0), count.TouchedPages);
            oracle.EndRound();
            AssertSame(map, oracle);
            for (int place = 0; place < 4; place++)
            {
                for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
                {
                    Assert.Equal(oracle.Pages.Values.Count(page => page.Place == place && page.Heat == heat), histogram.Pages(place, heat));
                    Assert.Equal(oracle.Pages.Values.Count(page => page.Place == place && page.Heat == heat && page.Rest > 0), histogram.Resting(place, heat));
                }
            }

            foreach (ulong address in oracle.Pages.Keys.Where(_ => random.Next(8) == 0).ToList())
            {
                int place = random.Next(4);
                map.NoteMoved(address, isHuge: false, place);
                oracle.NoteMoved(address, place);
            }

            AssertSame(map, oracle);
        }
    }

    private static void RandomScan(HeatMap map, HeatOracle oracle, Random random)
    {
        map.BeginScan();
        foreach (ulong number in s_chunkNumbers)
        {
            if (random.Next(5) == 0)
            {
                continue;
            }

            ChunkFacts facts = default;
            bool anyPresent = false;
            int density = random.Next(3);
            for (int page = 0; page < Chunk.Pages; page++)
            {
                bool present = random.Next(40) != 0 && (density > 0 || page % 97 == 0);
                bool accessed = random.Next(3) > 0;
                int place = random.Next(4);
                int word = page >> 6;
                ulong bit = 1UL << (page & 63);
                facts.Present.AsWords()[word] |= present ? bit : 0;
                facts.Accessed.AsWords()[word] |= accessed ? bit : 0;
                facts.PlaceLow.AsWords()[word] |= (place & 1) != 0 ? bit : 0;
                facts.PlaceHigh.AsWords()[word] |= (place & 2) != 0 ? bit : 0;
                anyPresent |= present;
                if (present)
                {
                    oracle.Record(Chunk.AddressOf(number, page), accessed, place);
                }
            }

            if (anyPresent)
            {
                RecordPieces(map, number, facts);
            }
        }

        map.EndScan();
        oracle.EndScan();
    }

    // Pages from 300 on of every second chunk are of area 2.
    private static int AreaOf(ulong chunk, int page) => (chunk & 1) != 0 && page >= 300 ? 2 : 0;

    private static void RecordPieces(HeatMap map, ulong chunk, ChunkFacts facts)
    {
        for (byte area = 0; area <= 2; area += 2)
        {
            ChunkFacts piece = facts;
            piece.Area = area;
            for (int page = 0; page < Chunk.Pages; page++)
            {
                piece.Present.AsWords()[page >> 6] &= AreaOf(chunk, page) == area ? ulong.MaxValue : ~(1UL << (page & 63));
            }

            if (piece.Present.AsWords().ContainsAnyExcept(0UL))
            {
                map.Record(chunk, piece);
            }
        }
    }

    private static void AssertSame(HeatMap map, HeatOracle oracle)
    {
        int pages = 0;
        foreach (HeatChunk chunk in map.EnumerateChunks())
        {
            for (int page = 0; page < Chunk.Pages; page++)
            {
                if (!chunk.IsPresent(page))
                {
                    continue;
                }

                pages++;
                Assert.True(map.TryFind(Chunk.AddressOf(chunk.Number, page), out HeatChunk found) && found.IsPresent(page));
                PageHeat expected = oracle.Pages[Chunk.AddressOf(chunk.Number, page)];
                Assert.Equal(expected, new PageHeat(chunk.CountOf(page), chunk.HeatOf(page), chunk.RestOf(page), chunk.PlaceOf(page)));
            }
        }

        Assert.Equal(oracle.Pages.Count, pages);
        foreach (int area in new[] { 0, 1, 2 })
        {
            HeatHistogram histogram = new();
            map.CountArea(area, histogram);
            List<PageHeat> expected = [.. oracle.Pages.Where(page => AreaOf(Chunk.Of(page.Key), (int)(page.Key >> Chunk.PageShift) & (Chunk.Pages - 1)) == area).Select(page => page.Value)];
            for (int place = 0; place < 4; place++)
            {
                Assert.Equal(expected.Count(page => page.Place == place), histogram.TotalIn(1 << place));
                Assert.Equal(expected.Count(page => page.Place == place), map.PagesIn(area, 1 << place));
            }
        }
    }
}
