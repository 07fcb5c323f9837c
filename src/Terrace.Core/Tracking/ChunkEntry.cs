using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>
/// One chunk in the heat map's index, packed into 64 bits so that the index costs 1/64 byte a page: the chunk number (35 bits:
/// the user's half of a 57-bit
/// address space), the area that its pages are of (3 bits), whether it is a huge page (1 bit), and its record's slot (25 bits: 64
/// TiB of mapped memory).
/// A chunk has an entry for each area that has pages in it.
/// </summary>
internal readonly struct ChunkEntry(ulong chunk, int area, bool isHuge, int slot)
{
    private const int SlotBits = 25;
    private const int AreaBits = 3;
    private const int KeyShift = SlotBits + 1;

    private readonly ulong _packed = (KeyOf(chunk, area) << KeyShift) | (isHuge ? 1UL << SlotBits : 0) | (uint)slot;

    public const int MaxSlots = 1 << SlotBits;

    public const int MaxArea = (1 << AreaBits) - 1;

    public ulong Chunk => _packed >> (KeyShift + AreaBits);

    public int Area => (int)(_packed >> KeyShift) & MaxArea;

    /// <summary>What entries are in the order of: the chunk, then the area.</summary>
    public ulong Key => _packed >> KeyShift;

    public bool IsHuge => (_packed & (1UL << SlotBits)) != 0;

    public int Slot => (int)(_packed & ((1UL << SlotBits) - 1));

    public static ulong KeyOf(ulong chunk, int area) => (chunk << AreaBits) | (uint)area;
}
