namespace Terrace.Core.Tracking;

/// <summary>A look at one chunk of a heat map, page by page. Valid until the map's next scan.</summary>
public readonly unsafe struct HeatChunk
{
    private readonly ulong* _record;

    internal HeatChunk(ChunkEntry entry, ulong* record)
    {
        _record = record;
        Number = entry.Chunk;
        IsHuge = entry.IsHuge;
    }

    /// <summary>The chunk's number: its address is <c>Number &lt;&lt; 21</c>.</summary>
    public ulong Number { get; }

    /// <summary>True when it is one huge page.</summary>
    public bool IsHuge { get; }

    /// <summary>True when the page (0 to 511) is mapped and may be moved.</summary>
    public bool IsPresent(int page) => Value(ChunkPlanes.Present, 1, page) != 0;

    /// <summary>The page's place, 0 to 3.</summary>
    public int PlaceOf(int page) => Value(ChunkPlanes.Place, 2, page);

    /// <summary>Scans of this round that saw the page accessed.</summary>
    public int CountOf(int page) => Value(ChunkPlanes.Count, ChunkPlanes.CountBits, page);

    /// <summary>The page's heat as of the last round's end, 0 to 30.</summary>
    public int HeatOf(int page) => Value(ChunkPlanes.Heat, ChunkPlanes.HeatBits, page);

    /// <summary>Rounds for which the page still rests after a move, 0 to 3.</summary>
    public int RestOf(int page) => Value(ChunkPlanes.Rest, 2, page);

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
