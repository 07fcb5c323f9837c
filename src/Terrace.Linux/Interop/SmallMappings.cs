using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Many small mappings of private anonymous memory that the kernel cannot merge, each in a slot of one reserved range: two VMAs a
/// slot. Any of them
/// can be mapped again, or moved to the slot that is free, without ever leaving a hole that something else could be mapped into.
/// </summary>
public sealed unsafe class SmallMappings : IDisposable
{
    /// <summary>Pages of a mapping.</summary>
    public const int PagesEach = 8;

    private const int PageBytes = 4096;

    // A page that nobody may access lies between two mappings, or they would become one.
    private const int SlotBytes = (PagesEach + 1) * PageBytes;
    private const int PROT_NONE = 0;
    private const int PROT_READ_WRITE = 1 | 2;
    private const int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private const int MAP_FIXED = 0x10;
    private const int MREMAP_MAYMOVE = 1;
    private const int MREMAP_FIXED = 2;
    private const int MREMAP_DONTUNMAP = 4;

    private readonly byte* _start;
    private readonly int[] _slotOf;
    private int _free;

    private SmallMappings(byte* start, int count)
    {
        _start = start;
        _slotOf = [.. Enumerable.Range(0, count)];
        _free = count;
    }

    /// <summary>Number of mappings.</summary>
    public int Count => _slotOf.Length;

    /// <summary>Maps them: 0, or the error number (ENOMEM: also for more mappings than vm.max_map_count).</summary>
    public static int TryMap(int count, out SmallMappings? mappings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        mappings = null;
        void* start = Libc.MMap(null, RangeBytes(count), PROT_NONE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if ((nint)start == -1)
        {
            return Marshal.GetLastPInvokeError();
        }

        SmallMappings mapped = new((byte*)start, count);
        for (int mapping = 0; mapping < count; mapping++)
        {
            int error = mapped.Renew(mapping);
            if (error != 0)
            {
                mapped.Dispose();
                return error;
            }
        }

        mappings = mapped;
        return 0;
    }

    /// <summary>The memory of a mapping, until it is moved or mapped again.</summary>
    public Span<byte> this[int mapping] => new(At(_slotOf[mapping]), PagesEach * PageBytes);

    /// <summary>Takes a mapping's pages away and maps it again in the same place (mmap(2), MAP_FIXED): 0, or the error number.</summary>
    public int Renew(int mapping) =>
        (nint)Libc.MMap(
            At(_slotOf[mapping]),
            PagesEach * PageBytes,
            PROT_READ_WRITE,
            MAP_PRIVATE_ANONYMOUS_NORESERVE | MAP_FIXED,
            -1,
            0) == -1 ? Marshal.GetLastPInvokeError() : 0;

    /// <summary>
    /// Moves a mapping with its pages to the free slot (mremap(2), MREMAP_DONTUNMAP since Linux 5.7): 0, or the error number.
    /// </summary>
    public int Move(int mapping)
    {
        int from = _slotOf[mapping];
        const int Flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
        if (Libc.SystemCall(Libc.SYS_mremap, (nint)At(from), PagesEach * PageBytes, PagesEach * PageBytes, Flags, (nint)At(_free), 0) == -1)
        {
            return Marshal.GetLastPInvokeError();
        }

        (_slotOf[mapping], _free) = (_free, from);
        return 0;
    }

    /// <summary>Unmaps all.</summary>
    public void Dispose() => _ = Libc.MUnmap(_start, RangeBytes(Count));

    // One slot more than mappings, and a page before the next thing that is mapped.
    private static nuint RangeBytes(int count) => (nuint)(count + 1) * SlotBytes;

    private byte* At(int slot) => _start + ((long)slot * SlotBytes);
}
