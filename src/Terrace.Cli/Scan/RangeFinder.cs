using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Cli.Scan;

/// <summary>
/// Finds where the hot pages of a process are: in which mappings, and where within them, by joining 2-MiB pieces that are about equally
/// hot. What has the most hot bytes comes first: a hot set that is scattered over a mapping is one large range, and not lost among
/// small ones that are hotter all over.
/// </summary>
internal sealed class RangeFinder
{
    /// <summary>Pieces whose mean heat differs by at most this part of the highest are one range.</summary>
    private const double Likeness = 0.1;

    private readonly HeatMap _heat;
    private readonly IReadOnlyList<ProcessMapping> _mappings;
    private readonly List<Piece> _pieces;

    public RangeFinder(HeatMap heat, IReadOnlyList<ProcessMapping> mappings, PlaceMap places)
    {
        _heat = heat;
        _mappings = mappings;
        _pieces = [.. Pieces(heat, mappings, places.InTier(0))];
    }

    /// <summary>The <paramref name="top"/> mappings with the most hot bytes.</summary>
    public IReadOnlyList<ScanRange> Mappings(int top) => First(
        _pieces.GroupBy(piece => piece.Mapping).Select(group => group.Aggregate((whole, piece) => whole.Join(piece)) is var whole
            && whole.Mapping >= 0 ? whole with { Start = _mappings[whole.Mapping].Start, End = _mappings[whole.Mapping].End } : whole),
        top);

    /// <summary>The <paramref name="top"/> ranges with the most hot bytes.</summary>
    public IReadOnlyList<ScanRange> Hottest(int top)
    {
        List<Piece> ranges = [];
        foreach (Piece piece in _pieces)
        {
            bool joins = ranges.Count > 0
                && ranges[^1].Mapping == piece.Mapping
                && Math.Abs(ranges[^1].MeanHeat - piece.MeanHeat) <= Likeness * _heat.Scans;
            if (joins)
            {
                ranges[^1] = ranges[^1].Join(piece);
            }
            else
            {
                ranges.Add(piece);
            }
        }

        return First(ranges, top);
    }

    // Without what no scan saw accessed.
    private IReadOnlyList<ScanRange> First(IEnumerable<Piece> ranges, int top) =>
    [
        .. ranges.Where(range => range.Heat > 0)
            .OrderByDescending(range => range.HotPages)
            .ThenByDescending(range => range.Heat)
            .Take(top)
            .Select(range => new ScanRange(
                range.Start.ToString("x", CultureInfo.InvariantCulture),
                range.End.ToString("x", CultureInfo.InvariantCulture),
                range.Mapping < 0 ? "" : NameOf(_mappings[range.Mapping]),
                range.Pages,
                Math.Round(range.MeanHeat, 2),
                Math.Round((double)range.FastPages / range.Pages, 4),
                range.HotPages)),
    ];

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
                    piece.Heat + chunk.CountOf(page),
                    piece.HotPages + (chunk.CountOf(page) == heat.Scans ? 1 : 0));
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

    private readonly record struct Piece(int Mapping, ulong Start, ulong End, long Pages, long FastPages, long Heat, long HotPages)
    {
        public double MeanHeat => Pages == 0 ? 0 : (double)Heat / Pages;

        public Piece Join(Piece next) =>
            this with
            {
                End = next.End,
                Pages = Pages + next.Pages,
                FastPages = FastPages + next.FastPages,
                Heat = Heat + next.Heat,
                HotPages = HotPages + next.HotPages,
            };
    }
}
