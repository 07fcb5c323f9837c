using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.HugePages;

/// <summary>
/// Splits huge pages of a process's own memory, and has the kernel put them together again, by process_madvise(2): both need
/// CAP_SYS_NICE and the right to read the process, and no debugfs.
/// </summary>
/// <remarks>
/// MADV_COLD of one page of a huge page makes the kernel split it (madvise_cold_or_pageout_pte_range, mm/madvise.c), unless several
/// processes have it, something pins it, or it is locked; that page's accessed bit is clear then, and the others have what the huge
/// page's was (__split_huge_pmd_locked, mm/huge_memory.c). MADV_COLLAPSE (Linux 6.1) puts pages together on the node that has most of
/// them, whatever /sys/kernel/mm/transparent_hugepage/enabled says (hpage_collapse_scan_pmd, mm/khugepaged.c).
/// </remarks>
/// <param name="pidFd">Pins the process; it stays the caller's.</param>
/// <param name="own">Its memory of no file that is not shared, ascending and apart.</param>
/// <param name="hints">What reads have found out.</param>
/// <param name="kernel">The kernel that it runs on.</param>
/// <param name="bounded">Makes the calls; null: the calling thread does.</param>
internal sealed class KernelHugePages(
    PidFd pidFd, ColdPieces.RangeSource own, ClearHints hints, KernelRelease kernel, BoundedCalls? bounded = null) : IHugePages
{
    private const int MostVectors = 64;

    private readonly ProcessCalls _calls = new(pidFd, bounded);

    /// <inheritdoc/>
    public bool CanJoin => kernel.IsAtLeast(6, 1);

    /// <inheritdoc/>
    public bool Split(ulong chunk) => IsOwn(chunk) && Advise(chunk, Chunk.PageBytes, MemoryAdvice.MADV_COLD);

    /// <inheritdoc/>
    /// <remarks>All of a huge page is given, so that none is split.</remarks>
    public unsafe int Clear(Span<ulong> chunks)
    {
        Span<IoVector> ranges = stackalloc IoVector[MostVectors];
        int kept = 0;
        for (int i = 0; i < chunks.Length && kept < MostVectors; i++)
        {
            if (IsOwn(chunks[i]))
            {
                ranges[kept] = new IoVector { Base = (void*)Chunk.AddressOf(chunks[i], 0), Length = Chunk.Bytes };
                chunks[kept++] = chunks[i];
            }
        }

        nint advised = kept > 0 ? _calls.Advise(pidFd, ranges[..kept], MemoryAdvice.MADV_COLD) : 0;
        return pidFd.IsAlive ? (int)(Math.Max(0, advised) / Chunk.Bytes) : 0;
    }

    /// <inheritdoc/>
    public bool Join(ulong chunk) => CanJoin && IsOwn(chunk) && Advise(chunk, Chunk.Bytes, MemoryAdvice.MADV_COLLAPSE);

    /// <summary>
    /// True when all of it is memory of no file that is not shared. What guests of KVM access is not looked at by base pages of the
    /// process, and splitting it splits their second-level tables, too: left alone.
    /// </summary>
    private bool IsOwn(ulong chunk)
    {
        ulong start = Chunk.AddressOf(chunk, 0);
        ReadOnlySpan<AddressRange> from = AddressRange.From(own(), start);
        return hints.Guests is null && pidFd.IsAlive && !from.IsEmpty && from[0].Start <= start && from[0].End >= start + Chunk.Bytes;
    }

    private unsafe bool Advise(ulong chunk, int bytes, int advice)
    {
        IoVector range = new() { Base = (void*)Chunk.AddressOf(chunk, 0), Length = (nuint)bytes };
        return _calls.Advise(pidFd, new ReadOnlySpan<IoVector>(ref range), advice) == bytes && pidFd.IsAlive;
    }
}
