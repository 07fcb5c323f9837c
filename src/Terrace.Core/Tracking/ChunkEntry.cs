namespace Terrace.Core.Tracking;

/// <summary>
/// One chunk in the heat map's index, packed into 64 bits so that the index costs 1/64 byte a page: the chunk number (35 bits:
/// the user's half of a 57-bit
/// address space), the area that its pages are of (3 bits), whether it rests and whether it is a huge page (1 bit each), and what is
/// known of its pages (24 bits): the slot of its record or, when all 512 are mapped and alike, the
/// <see cref="AlikePages"/> themselves.
/// A chunk has an entry for each area that has pages in it.
/// </summary>
internal readonly struct ChunkEntry
{
    private const int SlotBits = 24;
    private const int AreaBits = 3;
    private const int KeyShift = SlotBits + 2;
    private const ulong HugeBit = 1UL << SlotBits;
    private const ulong RestsBit = 1UL << (SlotBits + 1);

    /// <summary>Records that there can be: 32 TiB of memory whose pages are not alike.</summary>
    public const int MaxSlots = (1 << SlotBits) - AlikePages.Count;

    public const int MaxArea = (1 << AreaBits) - 1;

    private readonly ulong _packed;

    public ChunkEntry(ulong chunk, int area, bool isHuge, int slot) =>
        _packed = (KeyOf(chunk, area) << KeyShift) | (isHuge ? HugeBit : 0) | (uint)slot;

    public ChunkEntry(ulong chunk, int area, bool isHuge, AlikePages pages)
        : this(chunk, area, isHuge, MaxSlots + pages.Number)
    {
    }

    private ChunkEntry(ulong packed) => _packed = packed;

    public ulong Chunk => _packed >> (KeyShift + AreaBits);

    public int Area => (int)(_packed >> KeyShift) & MaxArea;

    /// <summary>What entries are in the order of: the chunk, then the area.</summary>
    public ulong Key => _packed >> KeyShift;

    public bool IsHuge => (_packed & HugeBit) != 0;

    /// <summary>
    /// None of its pages has any heat, and the last look saw none of them accessed: its accessed bits are clear until a page is accessed,
    /// so it need be neither cleared nor looked at in every scan.
    /// </summary>
    public bool Rests => (_packed & RestsBit) != 0;

    /// <summary>All its pages are mapped and alike: it has no record.</summary>
    public bool IsAlike => Value >= MaxSlots;

    /// <summary>The slot of its record; not to be asked for when its pages are alike.</summary>
    public int Slot => Value;

    /// <summary>What its pages are like, when they are alike.</summary>
    public AlikePages Pages => new(Value - MaxSlots);

    private int Value => (int)(_packed & (HugeBit - 1));

    public static ulong KeyOf(ulong chunk, int area) => (chunk << AreaBits) | (uint)area;

    public ChunkEntry With(int slot) => new((_packed & ~(HugeBit - 1)) | (uint)slot);

    public ChunkEntry With(AlikePages pages) => With(MaxSlots + pages.Number);

    public ChunkEntry Resting(bool rests) => new(rests ? _packed | RestsBit : _packed & ~RestsBit);
}
