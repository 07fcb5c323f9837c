namespace Terrace.Core.Tracking;

/// <summary>
/// One chunk in the heat map's index, packed into 64 bits so that the index costs 1/64 byte a page: the chunk number (36 bits: a 57-bit
/// address space), whether it is a huge page (1 bit), and its record's slot (27 bits: 256 TiB of mapped memory).
/// </summary>
internal readonly struct ChunkEntry(ulong chunk, bool isHuge, int slot)
{
    private const int SlotBits = 27;

    private readonly ulong _packed = (chunk << (SlotBits + 1)) | (isHuge ? 1UL << SlotBits : 0) | (uint)slot;

    public const int MaxSlots = 1 << SlotBits;

    public ulong Chunk => _packed >> (SlotBits + 1);

    public bool IsHuge => (_packed & (1UL << SlotBits)) != 0;

    public int Slot => (int)(_packed & ((1UL << SlotBits) - 1));
}
