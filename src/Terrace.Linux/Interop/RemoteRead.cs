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

    /// <summary>Reads a byte of each address; returns how many could be read. Pages that are not mapped are passed over.</summary>
    public static int Touch(int pid, ReadOnlySpan<ulong> addresses)
    {
        byte* bytes = stackalloc byte[MaxVectors];
        IoVector* remote = stackalloc IoVector[MaxVectors];
        int touched = 0;
        while (!addresses.IsEmpty)
        {
            int count = Math.Min(addresses.Length, MaxVectors);
            for (int i = 0; i < count; i++)
            {
                remote[i] = new IoVector { Base = (void*)addresses[i], Length = 1 };
            }

            // Reading stops at the first vector that fails: pass over that one and go on.
            IoVector local = new() { Base = bytes, Length = (nuint)count };
            nint read = Libc.ProcessVmReadV(pid, &local, 1, remote, (nuint)count, 0);
            if (read < 0 && Marshal.GetLastPInvokeError() is not Errno.EFAULT)
            {
                return touched;
            }

            int done = (int)Math.Max(read, 0);
            touched += done;
            addresses = addresses[Math.Min(done < count ? done + 1 : count, addresses.Length)..];
        }

        return touched;
    }
}
