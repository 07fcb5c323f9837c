using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>move_pages(2), https://man7.org/linux/man-pages/man2/move_pages.2.html.</summary>
public static unsafe class MovePages
{
    /// <summary>Move pages that only this process maps.</summary>
    public const int MPOL_MF_MOVE = 1 << 1;

    /// <summary>Move pages that others map too; needs CAP_SYS_NICE.</summary>
    public const int MPOL_MF_MOVE_ALL = 1 << 2;

    /// <summary>
    /// Asks about a page of this process: 0 where the call is there and permitted, else the error number (ENOSYS: a kernel without
    /// CONFIG_MIGRATION; EPERM: a container's filter).
    /// </summary>
    public static int Probe()
    {
        int node = 0;
        ulong address = (ulong)&node;
        return Query(0, new ReadOnlySpan<ulong>(in address), new Span<int>(ref node));
    }

    /// <summary>
    /// Asks on which node each page is: its node, or minus an error number (ENOENT: not present). No page is moved or faulted in.
    /// </summary>
    /// <returns>0, or the error number (ESRCH: no such process; EPERM: not ours).</returns>
    /// <param name="pid">The process, or a thread of it.</param>
    /// <param name="addresses">The pages.</param>
    /// <param name="nodes">Takes what is said of each.</param>
    /// <param name="bounded">Makes the call; null: the calling thread does.</param>
    /// <param name="process">The process when <paramref name="pid"/> is a thread: a wait is the process's. Null: it is the process.</param>
    public static int Query(
        int pid, ReadOnlySpan<ulong> addresses, Span<int> nodes, BoundedCalls? bounded = null, int? process = null)
    {
        RequireRoom(nodes, addresses.Length, nameof(nodes));
        if (bounded is not null)
        {
            return -Math.Min(0, bounded.MovePages(process ?? pid, pid, addresses, default, nodes, 0));
        }

        fixed (ulong* pages = addresses)
        fixed (int* status = nodes)
        {
            nint result = Libc.SystemCall(Libc.SYS_move_pages, pid, addresses.Length, (nint)pages, 0, (nint)status, 0);
            return result >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Moves pages; <paramref name="status"/> receives each page's node or minus an error number. Status is written only for
    /// batches the kernel came to flush: entries that it did not reach keep what they held. The rest as in <see cref="Query"/>.
    /// </summary>
    /// <returns>0, the number of pages that were not migrated (&gt; 0, since Linux 4.17), or minus the error number.</returns>
    public static int Move(
        int pid,
        ReadOnlySpan<ulong> addresses,
        ReadOnlySpan<int> targetNodes,
        Span<int> status,
        int flags,
        BoundedCalls? bounded = null,
        int? process = null)
    {
        RequireRoom(targetNodes, addresses.Length, nameof(targetNodes));
        RequireRoom(status, addresses.Length, nameof(status));
        if (bounded is not null)
        {
            return bounded.MovePages(process ?? pid, pid, addresses, targetNodes[..addresses.Length], status, flags);
        }

        fixed (ulong* pages = addresses)
        fixed (int* nodes = targetNodes)
        fixed (int* results = status)
        {
            nint result = Libc.SystemCall(Libc.SYS_move_pages, pid, addresses.Length, (nint)pages, (nint)nodes, (nint)results, flags);
            return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
        }
    }

    private static void RequireRoom(ReadOnlySpan<int> span, int count, string name)
    {
        if (span.Length < count)
        {
            throw new ArgumentException("shorter than the list of addresses", name);
        }
    }
}
