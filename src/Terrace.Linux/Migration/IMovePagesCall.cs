namespace Terrace.Linux.Migration;

/// <summary>move_pages(2), so that tests can answer for the kernel.</summary>
internal interface IMovePagesCall
{
    /// <summary>As <see cref="Interop.MovePages.Move"/>.</summary>
    int Move(int pid, ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags);

    /// <summary>As <see cref="Interop.MovePages.Query"/>.</summary>
    int Query(int pid, ReadOnlySpan<ulong> addresses, Span<int> nodes);

    /// <summary>
    /// True on kernels 6.1 to 6.5, where move_pages says ENOENT of pages that wait for a NUMA-hinting fault (gup_can_follow_protnone
    /// came with 474098edac26 in 6.1; d74943a2f3cd let follow_page pass them again in 6.6). With kernel.numa_balancing on these are
    /// all the pages that are not used: the very ones to demote.
    /// </summary>
    bool HintingPagesLookGone { get; }

    /// <summary>Resolves such faults, as <see cref="Interop.RemoteRead.Touch"/>.</summary>
    int Touch(int pid, ReadOnlySpan<ulong> addresses);
}
