using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

/// <summary>
/// The heat map compared with a plain dictionary. Apart from the tests, because the program that ships is compiled differently:
/// benchmarks/Terrace.Kernels runs it compiled like that, too.
/// </summary>
internal static class HeatMapTrial
{
    private static readonly ulong[] s_chunkNumbers = [0, 1, 2, 7, 0x3_FFFF_FFFE, 0x4_0000_0000, 0x7_FFFF_FFFF];

    /// <summary>
    /// Four rounds with random scans and moves, on a machine of up to 4 or up to 16 places that may become the other; throws at
    /// the first difference.
    /// </summary>
    public static void Run(PlaneWidth width, Random random)
    {
        using HeatMap map = new(width, random.Next(2) == 0 ? PlaceMap.FewBits : PlaceMap.ManyBits);
        HeatOracle oracle = new();
        HeatHistogram histogram = new();
        for (int round = 0; round < 4; round++)
        {
            if (random.Next(4) == 0)
            {
                map.Fit(PlaceMap.FewBits + PlaceMap.ManyBits - map.PlaceBits);
                oracle.KeepPlaceBits(map.PlaceBits);
                AssertSame(map, oracle);
            }

            int places = 1 << map.PlaceBits;
            map.BeginRound();
            oracle.BeginRound();
            int scans = random.Next(1, HeatMap.MaxScansPerRound + 1);
            for (int scan = 0; scan < scans; scan++)
            {
                RandomScan(map, oracle, random);
                AssertSame(map, oracle);
            }

            RoundCount count = map.EndRound(histogram);
            Agreement.Of(oracle.Pages.Values.Count(page => page.Count == scans), count.HotPages);
            Agreement.Of(oracle.Pages.Values.Count(page => page.Count > 0), count.TouchedPages);
            oracle.EndRound();
            AssertSame(map, oracle);
            for (int place = 0; place < places; place++)
            {
                for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
                {
                    Agreement.Of(oracle.Pages.Values.Count(page => page.Place == place && page.Heat == heat), histogram.Pages(place, heat));
                    Agreement.Of(
                        oracle.Pages.Values.Count(page => page.Place == place && page.Heat == heat && page.Rest > 0),
                        histogram.Resting(place, heat));
                }
            }

            foreach (ulong address in oracle.Pages.Keys.Where(_ => random.Next(8) == 0).ToList())
            {
                int place = random.Next(places);
                map.NoteMoved(address, pages: 1, place);
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

            // Some are all alike, and need no record.
            (bool Accessed, int Place)? alike = random.Next(2) == 0 ? (random.Next(3) == 0, random.Next(2)) : null;
            for (int page = 0; page < Chunk.Pages; page++)
            {
                bool present = alike is not null || (random.Next(40) != 0 && (density > 0 || page % 97 == 0));
                bool accessed = alike?.Accessed ?? random.Next(3) > 0;
                int place = alike?.Place ?? random.Next(1 << map.PlaceBits);
                int word = page >> 6;
                ulong bit = 1UL << (page & 63);
                facts.Present.AsWords()[word] |= present ? bit : 0;
                facts.Accessed.AsWords()[word] |= accessed ? bit : 0;
                facts.AddToPlace(word, bit, place);
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

    // What is said of a word must be the sum over its pages, each of which was compared above.
    private static void AssertSums(HeatMap map)
    {
        foreach (HeatChunk chunk in map.EnumerateChunks())
        {
            for (int word = 0; word < BitPlane.Words; word++)
            {
                foreach (int places in new[] { 0x1, 0x6, 0xF, 0x8421, 0xFFFE })
                {
                    foreach (int scans in new[] { 0, 1, 3, 6, HeatMap.MaxScansPerRound })
                    {
                        int pages = 0;
                        int counts = 0;
                        for (int page = word * 64; page < (word + 1) * 64; page++)
                        {
                            bool counted = chunk.IsPresent(page)
                                && (places & (1 << chunk.PlaceOf(page))) != 0
                                && chunk.CountOf(page) >= scans;
                            pages += counted ? 1 : 0;
                            counts += counted ? chunk.CountOf(page) : 0;
                        }

                        Agreement.Of((pages, counts), chunk.SeenIn(word, places, scans));
                    }
                }
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
                Agreement.Of(true, map.TryFind(Chunk.AddressOf(chunk.Number, page), out HeatChunk found) && found.IsPresent(page));
                PageHeat expected = oracle.Pages[Chunk.AddressOf(chunk.Number, page)];
                Agreement.Of(expected, new PageHeat(chunk.CountOf(page), chunk.HeatOf(page), chunk.RestOf(page), chunk.PlaceOf(page)));
            }
        }

        Agreement.Of(oracle.Pages.Count, pages);
        AssertSums(map);
        foreach (int area in new[] { 0, 1, 2 })
        {
            HeatHistogram histogram = new();
            map.CountArea(area, histogram);
            List<PageHeat> expected =
            [
                .. oracle.Pages.Where(page => AreaOf(Chunk.Of(page.Key), (int)(page.Key >> Chunk.PageShift) & (Chunk.Pages - 1)) == area)
                    .Select(page => page.Value),
            ];
            for (int place = 0; place < 1 << map.PlaceBits; place++)
            {
                Agreement.Of(expected.Count(page => page.Place == place), histogram.TotalIn(1 << place));
                Agreement.Of(expected.Count(page => page.Place == place), map.PagesIn(area, 1 << place));
            }
        }
    }
}
