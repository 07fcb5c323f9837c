using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Reads one byte of another process's page, which marks its folio accessed for the kernel's own LRU: what Terrace found hot
/// is made known to reclaim (process_vm_readv(2) → get_user_pages with FOLL_TOUCH → mark_page_accessed).
/// </summary>
public static unsafe class RemoteRead
{
    /// <summary>0, or the error number (EFAULT: no page there; ESRCH; EPERM).</summary>
    public static int Touch(int pid, ulong address)
    {
        byte sink;
        IoVector local = new() { Base = &sink, Length = 1 };
        IoVector remote = new() { Base = (void*)address, Length = 1 };
        return Libc.ProcessVmReadV(pid, &local, 1, &remote, 1, 0) == 1 ? 0 : Marshal.GetLastPInvokeError();
    }
}
