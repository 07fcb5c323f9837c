using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// The memory policy of a thread, set_mempolicy(2): from which nodes its new pages come. Children inherit it and it outlives execve(2)
/// (https://man7.org/linux/man-pages/man2/set_mempolicy.2.html).
/// </summary>
/// <param name="Mode">One of the modes.</param>
/// <param name="Nodes">The nodes it is about; none for <see cref="MPOL_DEFAULT"/>.</param>
public sealed unsafe record MemoryPolicy(int Mode, IReadOnlyList<int> Nodes)
{
    /// <summary>The kernel's own: the nearest node that has room.</summary>
    public const int MPOL_DEFAULT = 0;

    /// <summary>The first of these nodes as long as it has room, then others.</summary>
    public const int MPOL_PREFERRED = 1;

    /// <summary>Page by page, one node after the other.</summary>
    public const int MPOL_INTERLEAVE = 3;

    /// <summary>The node of the CPU that touches the page first, whatever the thread's policy.</summary>
    public const int MPOL_LOCAL = 4;

    /// <summary>Any of these nodes as long as they have room, then others (Linux 5.15).</summary>
    public const int MPOL_PREFERRED_MANY = 5;

    /// <summary>Page by page, each node as often as its weight of the system says (Linux 6.9).</summary>
    public const int MPOL_WEIGHTED_INTERLEAVE = 6;

    // CONFIG_NODES_SHIFT goes to 10. The kernel reads one bit less than it is given (mm/mempolicy.c, get_nodes).
    private const int MaxNodes = 1024;

    /// <summary>
    /// Sets it for the calling thread: 0, or the error number (EINVAL: a kernel without this mode, or none of the nodes is
    /// allowed).
    /// </summary>
    public int SetForThisThread()
    {
        ulong* mask = stackalloc ulong[MaxNodes / 64];
        if (!TryFill(new Span<ulong>(mask, MaxNodes / 64)))
        {
            return Errno.EINVAL;
        }

        nint result = Nodes.Count == 0
            ? Libc.SystemCall(Libc.SYS_set_mempolicy, Mode, 0, 0, 0, 0, 0)
            : Libc.SystemCall(Libc.SYS_set_mempolicy, Mode, (nint)mask, MaxNodes + 1, 0, 0, 0);
        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// The policy of an address of this process (get_mempolicy(2), https://man7.org/linux/man-pages/man2/get_mempolicy.2.html):
    /// 0, or the error number (EFAULT: nothing is mapped there). For a shared
    /// mapping of shmem it is that of the file at this place.
    /// </summary>
    internal static int TryRead(ulong address, out MemoryPolicy? policy)
    {
        const int MPOL_F_ADDR = 2;
        int mode = 0;
        ulong* mask = stackalloc ulong[MaxNodes / 64];
        new Span<ulong>(mask, MaxNodes / 64).Clear();
        if (Libc.SystemCall(Libc.SYS_get_mempolicy, (nint)(&mode), (nint)mask, MaxNodes, (nint)address, MPOL_F_ADDR, 0) != 0)
        {
            policy = null;
            return Marshal.GetLastPInvokeError();
        }

        List<int> nodes = [];
        for (int node = 0; node < MaxNodes; node++)
        {
            if (((mask[node / 64] >> (node % 64)) & 1) != 0)
            {
                nodes.Add(node);
            }
        }

        policy = new MemoryPolicy(mode, nodes);
        return 0;
    }

    /// <summary>
    /// Sets it for a range of this process's addresses (mbind(2), https://man7.org/linux/man-pages/man2/mbind.2.html): 0, or the
    /// error number (EINVAL: none of the nodes has memory or is allowed). Of a shared
    /// mapping of shmem it is the file's from then on, for all that map it (Documentation/admin-guide/mm/numa_memory_policy.rst,
    /// shared policy). No page moves.
    /// </summary>
    internal int SetFor(ulong address, nuint bytes)
    {
        ulong* mask = stackalloc ulong[MaxNodes / 64];
        if (!TryFill(new Span<ulong>(mask, MaxNodes / 64)))
        {
            return Errno.EINVAL;
        }

        nint result = Nodes.Count == 0
            ? Libc.SystemCall(Libc.SYS_mbind, (nint)address, (nint)bytes, Mode, 0, 0, 0)
            : Libc.SystemCall(Libc.SYS_mbind, (nint)address, (nint)bytes, Mode, (nint)mask, MaxNodes + 1, 0);
        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private bool TryFill(Span<ulong> mask)
    {
        mask.Clear();
        foreach (int node in Nodes)
        {
            if (node is < 0 or >= MaxNodes)
            {
                return false;
            }

            mask[node / 64] |= 1UL << (node % 64);
        }

        return true;
    }
}
