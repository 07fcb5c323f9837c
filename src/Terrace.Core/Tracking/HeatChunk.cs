using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>A look at one chunk of a heat map, page by page. Valid until the map's next scan.</summary>
public readonly unsafe struct HeatChunk
{
    private readonly ulong* _record;
    private readonly ulong* _joined;
    private readonly int _placeBits;

    internal HeatChunk(ChunkEntry entry, ulong* record, ulong* joined, int placeBits)
    {
        _record = record;
        _joined = joined;
        _placeBits = placeBits;
        Number = entry.Chunk;
        IsHuge = entry.IsHuge;
        Area = entry.Area;
        Rests = entry.Rests;
    }

    /// <summary>The chunk's number: its address is <c>Number &lt;&lt; 21</c>.</summary>
    public ulong Number { get; }

    /// <summary>Number of the process's area that its pages are of, from 1; 0 for none.</summary>
    public int Area { get; }

    /// <summary>True when it is one huge page.</summary>
    public bool IsHuge { get; }

    /// <summary>True when it is cold and was not accessed when it was last looked at: it is looked at now and then only.</summary>
    public bool Rests { get; }

    /// <summary>True when pages of it are of folios (<see cref="FolioRuns"/>).</summary>
    public bool HasFolios => _joined != null;

    /// <summary>Pages that are joined with the page before them, as words of a plane; empty when there are no folios.</summary>
    internal ReadOnlySpan<ulong> Joined => _joined != null ? new ReadOnlySpan<ulong>(_joined, BitPlane.Words) : [];

    /// <summary>
    /// What moves when the page does: the first page of it, and how many there are. A folio, of which the chunk may have a part only, the
    /// huge page, or the page.
    /// </summary>
    public (int First, int Pages) UnitOf(int page)
    {
        if (IsHuge)
        {
            return (0, Chunk.Pages);
        }

        int first = HasFolios ? FolioRuns.StartOf(Joined, page) : page;
        return (first, (HasFolios ? FolioRuns.EndOf(Joined, page) : page + 1) - first);
    }

    /// <summary>True when the page (0 to 511) is mapped and may be moved.</summary>
    public bool IsPresent(int page) => Value(ChunkPlanes.Present, 1, page) != 0;

    /// <summary>The page's place, 0 to 3, or to 15 on a machine with more than four nodes.</summary>
    public int PlaceOf(int page) =>
        Value(ChunkPlanes.Place, PlaceMap.FewBits, page)
            | (_placeBits == PlaceMap.FewBits
                ? 0
                : Value(ChunkPlanes.PlaceUpper, PlaceMap.ManyBits - PlaceMap.FewBits, page) << PlaceMap.FewBits);

    /// <summary>Scans of this round that saw the page accessed.</summary>
    public int CountOf(int page) => Value(ChunkPlanes.Count, ChunkPlanes.CountBits, page);

    /// <summary>The page's heat as of the last round's end, 0 to 30.</summary>
    public int HeatOf(int page) => Value(ChunkPlanes.Heat, ChunkPlanes.HeatBits, page);

    /// <summary>Rounds for which the page still rests after a move, 0 to 3.</summary>
    public int RestOf(int page) => Value(ChunkPlanes.Rest, 2, page);

    /// <summary>Of the 64 pages from <c>word × 64</c> on, how many are mapped in any of the places of a bit mask.</summary>
    public int PagesIn(int word, int places) => BitOperations.PopCount(Mask(word, places));

    /// <summary>The sum of their heat.</summary>
    public int HeatIn(int word, int places) => SumIn(word, places, ChunkPlanes.Heat, ChunkPlanes.HeatBits);

    /// <summary>The sum of their counts in this round.</summary>
    public int CountIn(int word, int places) => SumIn(word, places, ChunkPlanes.Count, ChunkPlanes.CountBits);

    /// <summary>
    /// Of the 64 pages from <c>word × 64</c> on that are mapped in any of the places of a bit mask: how many at least that many scans of
    /// this round saw accessed, and the sum of their counts.
    /// </summary>
    public (int Pages, int Counts) SeenIn(int word, int places, int scans)
    {
        ulong seen = From(ChunkPlanes.Count, ChunkPlanes.CountBits, word, Mask(word, places), scans);
        return (BitOperations.PopCount(seen), SumIn(word, seen, ChunkPlanes.Count, ChunkPlanes.CountBits));
    }

    private int SumIn(int word, int places, int firstPlane, int bits) => SumIn(word, Mask(word, places), firstPlane, bits);

    private int SumIn(int word, ulong mask, int firstPlane, int bits)
    {
        int sum = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            sum += BitOperations.PopCount(_record[((firstPlane + bit) * BitPlane.Words) + word] & mask) << bit;
        }

        return sum;
    }

    /// <summary>The 64 pages from <c>word × 64</c> on that are mapped in any of the places of a bit mask, a bit for each.</summary>
    internal ulong Mask(int word, int places)
    {
        ulong low = _record[(ChunkPlanes.Place * BitPlane.Words) + word];
        ulong high = _record[((ChunkPlanes.Place + 1) * BitPlane.Words) + word];
        ulong mask = _placeBits == PlaceMap.FewBits
            ? PlaceMask.Of(places, low, high)
            : PlaceMask.Of(
                places,
                low,
                high,
                _record[(ChunkPlanes.PlaceUpper * BitPlane.Words) + word],
                _record[((ChunkPlanes.PlaceUpper + 1) * BitPlane.Words) + word]);
        return mask & _record[(ChunkPlanes.Present * BitPlane.Words) + word];
    }

    /// <summary>Those of them that exactly that many scans of this round saw accessed.</summary>
    internal ulong CountMask(int word, int places, int count) =>
        Mask(word, places) & Equal(ChunkPlanes.Count, ChunkPlanes.CountBits, word, count);

    /// <summary>Those of them that have a heat, as of the last round's end.</summary>
    internal ulong HeatMask(int word, int places, int heat) =>
        Mask(word, places) & Equal(ChunkPlanes.Heat, ChunkPlanes.HeatBits, word, heat);

    /// <summary>Those of them that have a heat or more, as of the last round's end.</summary>
    internal ulong HeatFrom(int word, int places, int heat) =>
        From(ChunkPlanes.Heat, ChunkPlanes.HeatBits, word, Mask(word, places), heat);

    // From the highest bit on: pages that are above the value so far, and pages that still equal it.
    private ulong From(int firstPlane, int bits, int word, ulong mask, int value)
    {
        ulong above = 0;
        ulong equal = mask;
        for (int bit = bits - 1; bit >= 0; bit--)
        {
            ulong plane = _record[((firstPlane + bit) * BitPlane.Words) + word];
            bool isSet = (value & (1 << bit)) != 0;
            above |= isSet ? 0 : equal & plane;
            equal &= isSet ? plane : ~plane;
        }

        return above | equal;
    }

    private ulong Equal(int firstPlane, int bits, int word, int value)
    {
        ulong equal = ulong.MaxValue;
        for (int bit = 0; bit < bits; bit++)
        {
            ulong plane = _record[((firstPlane + bit) * BitPlane.Words) + word];
            equal &= (value & (1 << bit)) != 0 ? plane : ~plane;
        }

        return equal;
    }

    private int Value(int firstPlane, int bits, int page)
    {
        int value = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            value |= (int)((_record[((firstPlane + bit) * BitPlane.Words) + (page >> 6)] >> (page & 63)) & 1) << bit;
        }

        return value;
    }
}
