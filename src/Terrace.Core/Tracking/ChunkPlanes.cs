using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// Where each bit plane lies in a chunk's record of the heat map. Counters are vertical: bit <c>i</c> of every page's counter is
/// in plane <c>first + i</c>. 14 planes of 512 bits are 1.75 bytes a page; with more than four places there are 16, 2 bytes.
/// </summary>
internal static class ChunkPlanes
{
    /// <summary>The page is mapped and may be moved.</summary>
    public const int Present = 0;

    /// <summary>Two planes: the first two bits of the place the page lies in.</summary>
    public const int Place = 1;

    /// <summary>Four planes: scans of this round that saw the page accessed, up to 15.</summary>
    public const int Count = 3;

    /// <summary>Planes of <see cref="Count"/>.</summary>
    public const int CountBits = 4;

    /// <summary>Five planes: heat, 0 to 30. At the end of a round: half of what it was, plus the round's count.</summary>
    public const int Heat = 7;

    /// <summary>Planes of <see cref="Heat"/>.</summary>
    public const int HeatBits = 5;

    /// <summary>Two planes: rounds for which a page that was moved rests, 0 to 3.</summary>
    public const int Rest = 12;

    /// <summary>Planes of <see cref="Rest"/>.</summary>
    public const int RestBits = 2;

    /// <summary>Planes in every record.</summary>
    public const int Common = 14;

    /// <summary>Two planes, after all others and only where there are more than four places: the other two bits of the place.</summary>
    public const int PlaceUpper = Common;

    /// <summary>Planes in a record with a number of place bits.</summary>
    public static int PerChunk(int placeBits) => Common + placeBits - PlaceMap.FewBits;

    /// <summary>The plane of a bit of the place, from 0.</summary>
    public static int PlaceBit(int bit) => bit < PlaceMap.FewBits ? Place + bit : PlaceUpper + bit - PlaceMap.FewBits;
}
