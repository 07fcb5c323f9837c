using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Cli.Scan;

/// <summary>Joins 2-MiB pieces of a mapping that are about equally hot into ranges.</summary>
internal static class RangeFinder
{
    /// <summary>Pieces whose mean heat differs by at most this part of the highest are one range.</summary>
    private const double Likeness = 0.1;

    /// <summary>The <paramref name="top"/> hottest ranges.</summary>
    public static IReadOnlyList<ScanRange> Hottest(HeatMap heat, IReadOnlyList<ProcessMapping> mappings, PlaceMap places, int top)
    {
        List<Piece> ranges = [];
        foreach (Piece piece in Pieces(heat, mappings, places.InTier(0)))
        {
            bool joins = ranges.Count > 0
                && ranges[^1].Mapping == piece.Mapping
                && Math.Abs(ranges[^1].MeanHeat - piece.MeanHeat) <= Likeness * heat.Scans;
            if (joins)
            {
                ranges[^1] = ranges[^1].Join(piece);
            }
            else
            {
                ranges.Add(piece);
            }
        }

        return
        [
            .. ranges.OrderByDescending(range => range.MeanHeat)
                .ThenByDescending(range => range.Pages)
                .Take(top)
                .Select(range => new ScanRange(
                range.Start.ToString("x", CultureInfo.InvariantCulture),
                range.End.ToString("x", CultureInfo.InvariantCulture),
                range.Mapping < 0 ? "" : NameOf(mappings[range.Mapping]),
                range.Pages,
                Math.Round(range.MeanHeat, 2),
                Math.Round((double)range.FastPages / range.Pages, 4))),
        ];
    }

    private static IEnumerable<Piece> Pieces(HeatMap heat, IReadOnlyList<ProcessMapping> mappings, int fastPlaces)
    {
        int mapping = 0;
        foreach (HeatChunk chunk in heat.EnumerateChunks())
        {
            Piece piece = default;
            for (int page = 0; page < Chunk.Pages; page++)
            {
                if (!chunk.IsPresent(page))
                {
                    continue;
                }

                ulong address = Chunk.AddressOf(chunk.Number, page);
                while (mapping < mappings.Count && mappings[mapping].End <= address)
                {
                    mapping++;
                }

                // A mapping that came or went between the scan and the reading of the maps.
                int owner = mapping < mappings.Count && mappings[mapping].Start <= address ? mapping : -1;
                if (piece.Pages > 0 && piece.Mapping != owner)
                {
                    yield return piece;
                    piece = default;
                }

                bool fast = (fastPlaces & (1 << chunk.PlaceOf(page))) != 0;
                piece = new Piece(
                    owner,
                    piece.Pages == 0 ? address : piece.Start,
                    address + Chunk.PageBytes,
                    piece.Pages + 1,
                    piece.FastPages + (fast ? 1 : 0),
                    piece.Heat + chunk.CountOf(page));
            }

            if (piece.Pages > 0)
            {
                yield return piece;
            }
        }
    }

    private static string NameOf(ProcessMapping mapping) => mapping.Name.Length > 0 ? mapping.Name : mapping.Kind switch
    {
        MappingKind.Heap => "[heap]",
        MappingKind.Stack => "[stack]",
        MappingKind.SharedMemory => "shared memory",
        MappingKind.HugeTlb => "hugetlb",
        _ => "anonymous",
    };

    private readonly record struct Piece(int Mapping, ulong Start, ulong End, long Pages, long FastPages, long Heat)
    {
        public double MeanHeat => Pages == 0 ? 0 : (double)Heat / Pages;

        public Piece Join(Piece next) =>
            this with { End = next.End, Pages = Pages + next.Pages, FastPages = FastPages + next.FastPages, Heat = Heat + next.Heat };
    }
}
