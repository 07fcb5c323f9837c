using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Makes the CPUs that run a process forget its address translations, by moving one of its pages to another node, or back.
/// </summary>
/// <remarks>
/// A CPU sets an accessed bit when it walks the page table, not while its TLB holds the translation, and clearing bits through
/// /proc does not flush TLBs (ptep_clear_flush_young in arch/x86/mm/pgtable.c says why that is tolerable for reclaim). A process that
/// has a CPU for itself, or hot huge pages, would look idle. Measured in the lab: one thread alone on its CPU, 35840 hot pages,
/// 100 ms between scans: 0 of them seen without the flush, all of them with it. Since Linux 6.3 migration unmaps in batches and flushes
/// the whole TLB of every CPU in use by the process (migrate_pages_batch → try_to_unmap_flush → arch_tlbbatch_flush); no other call
/// that acts on another process does so without a side effect on its pages. Before 6.3 only the one page's translation goes.
/// </remarks>
internal sealed class TlbFlush(PidFd pidFd, ProcessCalls calls, IMachine machine, AllowedNodes allowed)
{
    private ulong _lentPage;
    private int _home;
    private int _away;

    /// <summary>False on kernels where moving a page flushes nothing else.</summary>
    public static bool IsEffective { get; } = KernelRelease.Current.IsAtLeast(6, 3);

    /// <summary>
    /// Flushes, once: by moving <paramref name="sparePage"/> away, or back home when the last flush moved one away. One page in two flushes
    /// rests on another node meanwhile, which costs less than a second flush.
    /// </summary>
    /// <param name="sparePage">A page that can be spared until the next flush, or 0 for none.</param>
    /// <returns>False when no page could be moved: only one node, or no room.</returns>
    public bool Run(ulong sparePage)
    {
        if (TryReturn())
        {
            return true;
        }

        if (sparePage == 0 || !TryNodeOf(sparePage, out int home))
        {
            return false;
        }

        for (int index = 0; LentTo(machine.Topology, home, index) is { } to; index++)
        {
            if (allowed.Allows(to) && TryMove(sparePage, to))
            {
                (_lentPage, _home, _away) = (sparePage, home, to);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The nodes that a page of a node may be lent to, in order, as far as they have room: those that it would be demoted to, those that it
    /// would be promoted to, then the others of its tier. Null beyond the last.
    /// </summary>
    internal static int? LentTo(Topology topology, int home, int index)
    {
        IReadOnlyList<int> down = topology.DemotionTargetsOf(home);
        IReadOnlyList<int> up = topology.PromotionTargetsOf(home);
        int tier = topology.TierOf(home);
        if (index < down.Count)
        {
            return down[index];
        }

        int left = index - down.Count;
        if (left < up.Count)
        {
            return up[left];
        }

        left -= up.Count;
        IReadOnlyList<int> siblings = tier < 0 ? [] : topology.Tiers[tier];
        for (int i = 0; i < siblings.Count; i++)
        {
            if (siblings[i] != home && left-- == 0)
            {
                return siblings[i];
            }
        }

        return null;
    }

    /// <summary>
    /// Brings the page that is away back home. False when none is, when placement has moved it since, or when there is no room:
    /// it stays then, and the next round of placement sees it where it is.
    /// </summary>
    public bool TryReturn()
    {
        ulong page = _lentPage;
        _lentPage = 0;
        return page != 0 && TryNodeOf(page, out int node) && node == _away && TryMove(page, _home);
    }

    private bool TryNodeOf(ulong page, out int node)
    {
        node = -1;
        return calls.Query(new ReadOnlySpan<ulong>(in page), new Span<int>(ref node)) == 0 && node >= 0 && pidFd.IsAlive;
    }

    private bool TryMove(ulong page, int target)
    {
        int status = int.MinValue;
        return pidFd.IsAlive
            && calls.Move(
                new ReadOnlySpan<ulong>(in page),
                new ReadOnlySpan<int>(in target),
                new Span<int>(ref status),
                MovePages.MPOL_MF_MOVE_ALL) == 0
            && status == target
            && pidFd.IsAlive;
    }
}
