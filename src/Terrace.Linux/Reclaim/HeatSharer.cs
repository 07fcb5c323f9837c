using Terrace.Core.Machine;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Reclaim;

/// <summary>
/// Makes known to reclaim what scans found: hot pages are read with process_vm_readv(2), cold ones given MADV_COLD.
/// </summary>
/// <remarks>
/// What a read of a base page does (follow_page_pte with FOLL_TOUCH, mm/gup.c → folio_mark_accessed, mm/swap.c): it leaves the
/// accessed bit of the page-table entry alone, so that no scan takes it for
/// an access of the process, and counts as one access to the folio. With two lists the second makes an inactive folio active.
/// With generations four are noted in the folio's flags beyond the first,
/// and a folio that has all of them goes to a younger generation instead of being reclaimed (sort_folio, mm/vmscan.c;
/// lru_gen_inc_refs). A huge page's accessed bit is set (touch_pmd, mm/huge_memory.c).
/// The next round begins with a clear.
/// </remarks>
/// <param name="pidFd">Pins the process; it stays the caller's.</param>
/// <param name="lookup">Tells where its pages are; null: move_pages is asked.</param>
/// <param name="lists">The lists that the kernel keeps; they stay the caller's.</param>
/// <param name="bounded">Makes the calls; null: the calling thread does.</param>
/// <param name="hints">What reads have found out, of folios above all; null for nothing.</param>
internal sealed class HeatSharer(
    PidFd pidFd, INodeLookup? lookup, ReclaimLists lists, BoundedCalls? bounded = null, ClearHints? hints = null)
    : IHeatSharer
{
    /// <summary>First referenced, then active.</summary>
    private const int ReadsForActive = 2;

    /// <summary>PG_referenced, PG_workingset, and the two bits of LRU_REFS_MASK (include/linux/mmzone.h: MAX_NR_TIERS is 4).</summary>
    private const int ReadsForGeneration = 5;

    private readonly ProcessCalls _calls = new(pidFd, bounded);
    private int[] _nodes = [];

    /// <inheritdoc/>
    /// <remarks>
    /// Needs the right to attach to the process (PTRACE_MODE_ATTACH_REALCREDS, so CAP_SYS_PTRACE, and Yama's ptrace_scope below
    /// 3). A read would bring back what was swapped out, fill a hole, or wait for
    /// whoever handles the process's page faults (userfaultfd(2)): only pages that are mapped right before are read.
    /// </remarks>
    public int ShareHot(Span<ulong> pages)
    {
        int mapped = KeepMapped(pages);
        int read = mapped > 0 && pidFd.IsAlive
            ? _calls.Touch(pages[..mapped], lists.AreGenerations ? ReadsForGeneration : ReadsForActive)
            : 0;
        return pidFd.IsAlive ? read : 0;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Needs CAP_SYS_NICE and the right to read the process. With generations nothing is told: the kernel would put anonymous
    /// memory into the second youngest (lru_gen_add_folio, include/linux/mm_inline.h),
    /// which is no older than where it was.
    /// </remarks>
    public int ShareCold(Span<ulong> pages) => lists.AreGenerations || !pidFd.IsAlive
        ? 0
        : _calls.MakeCold(pidFd, pages[..(hints?.KeepUnsplit(pages) ?? pages.Length)]);

    /// <summary>Moves the pages that are mapped now to the start of the list; returns how many.</summary>
    private int KeepMapped(Span<ulong> pages)
    {
        if (_nodes.Length < pages.Length)
        {
            _nodes = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)pages.Length)];
        }

        Span<int> nodes = _nodes.AsSpan(0, pages.Length);
        bool known = lookup?.TryNodesOf(pages, nodes) ?? (pidFd.IsAlive && _calls.Query(pages, nodes) == 0);
        int kept = 0;
        for (int i = 0; known && i < pages.Length; i++)
        {
            if (nodes[i] >= 0)
            {
                pages[kept++] = pages[i];
            }
        }

        return kept;
    }
}
