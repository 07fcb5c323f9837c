using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Reads single bytes of another process's pages with process_vm_readv(2). That marks their folios accessed for the kernel's own LRU
/// (get_user_pages with FOLL_TOUCH → mark_page_accessed), so that what Terrace found hot is made known to reclaim; and it
/// resolves pending NUMA-hinting faults.
/// </summary>
public static unsafe class RemoteRead
{
    /// <summary>UIO_MAXIOV, include/uapi/linux/uio.h.</summary>
    private const int MaxVectors = 1024;

    /// <summary>
    /// Reads a byte of each address; returns how many could be read. Addresses outside of all mappings are passed over; a page
    /// that is not there but may be is brought into memory.
    /// </summary>
    /// <param name="pid">The process, or a thread of it.</param>
    /// <param name="addresses">The addresses.</param>
    /// <param name="times">How often each is read: each time is an access to its folio.</param>
    /// <param name="bounded">Makes the calls; null: the calling thread does.</param>
    /// <param name="process">The process when <paramref name="pid"/> is a thread: a wait is the process's. Null: it is the process.</param>
    public static int Touch(
        int pid, ReadOnlySpan<ulong> addresses, int times = 1, BoundedCalls? bounded = null, int? process = null)
    {
        byte* bytes = stackalloc byte[MaxVectors];
        IoVector* remote = stackalloc IoVector[MaxVectors];
        int touched = 0;
        while (!addresses.IsEmpty)
        {
            int count = Math.Min(addresses.Length, MaxVectors / times);
            int vectors = count * times;
            for (int i = 0; i < vectors; i++)
            {
                remote[i] = new IoVector { Base = (void*)addresses[i / times], Length = 1 };
            }

            // Reading stops at the first vector that fails: skip that one and continue.
            IoVector local = new() { Base = bytes, Length = (nuint)vectors };
            nint read = bounded?.ReadMemory(process ?? pid, pid, new ReadOnlySpan<IoVector>(remote, vectors), vectors)
                ?? (Libc.ProcessVmReadV(pid, &local, 1, remote, (nuint)vectors, 0) is >= 0 and var done
                    ? done
                    : -Marshal.GetLastPInvokeError());
            if (read is < 0 and not -Errno.EFAULT)
            {
                return touched;
            }

            int whole = (int)Math.Max(read, 0) / times;
            touched += whole;
            addresses = addresses[Math.Min(whole < count ? whole + 1 : count, addresses.Length)..];
        }

        return touched;
    }
}
