using Terrace.Core.Units;

namespace Terrace.Linux.Interop;

/// <summary>
/// Advice on another process's memory, process_madvise(2) (Linux 5.10; needs CAP_SYS_NICE and the right to read the process),
/// https://man7.org/linux/man-pages/man2/process_madvise.2.html.
/// </summary>
public static unsafe class MemoryAdvice
{
    internal const int MADV_COLD = 20;
    internal const int MADV_COLLAPSE = 25;

    /// <summary>UIO_MAXIOV, include/uapi/linux/uio.h.</summary>
    private const int MaxVectors = 1024;

    /// <summary>
    /// Makes pages cold to the kernel: it clears their accessed bits, flushes their translations alone from TLBs, and puts them
    /// on the inactive list (mm/madvise.c, madvise_cold_or_pageout_pte_range). A folio of which only a part is given is split, before
    /// Linux 6.10 each: give base pages, or all of a folio. Locked mappings and those of devices are refused.
    /// </summary>
    /// <param name="pidFd">The process.</param>
    /// <param name="pages">Ascending addresses of pages; those that were refused are taken out.</param>
    /// <returns>Pages that are left at the start of the list; 0 when the call is not there or not permitted.</returns>
    /// <param name="bounded">Makes the calls; null: the calling thread does.</param>
    public static int MakeCold(PidFd pidFd, Span<ulong> pages, BoundedCalls? bounded = null)
    {
        ArgumentNullException.ThrowIfNull(pidFd);
        IoVector* ranges = stackalloc IoVector[MaxVectors];
        int kept = 0;
        int from = 0;
        while (from < pages.Length)
        {
            int count = 0;
            int until = from;
            for (; until < pages.Length; until++)
            {
                if (count > 0 && (ulong)ranges[count - 1].Base + ranges[count - 1].Length == pages[until])
                {
                    ranges[count - 1].Length += Chunk.PageBytes;
                }
                else if (count < MaxVectors)
                {
                    ranges[count++] = new IoVector { Base = (void*)pages[until], Length = Chunk.PageBytes };
                }
                else
                {
                    break;
                }
            }

            nint advised = bounded?.Advise(pidFd, new ReadOnlySpan<IoVector>(ranges, count), MADV_COLD)
                ?? new SystemCall(Libc.SYS_process_madvise, pidFd.DangerousGetHandle(), (nint)ranges, count, MADV_COLD).Perform();
            if (advised is < 0 and not (-Errno.EINVAL or -Errno.ENOMEM))
            {
                return 0;
            }

            // It stops at the first range that is refused: skip that one and continue.
            int done = (int)(Math.Max(advised, 0) / Chunk.PageBytes);
            int refused = 0;
            for (int i = 0, first = 0; i < count; first += (int)(ranges[i++].Length / Chunk.PageBytes))
            {
                int length = (int)(ranges[i].Length / Chunk.PageBytes);
                if (first + length > done)
                {
                    (done, refused) = (first, length);
                    break;
                }
            }

            pages.Slice(from, done).CopyTo(pages[kept..]);
            kept += done;
            from += done + refused;
        }

        return kept;
    }
}
