using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// Opens paths that a process has named beneath that process's own root: no link and no <c>..</c> of its making leads to a file that it
/// could not name itself (openat2(2) with RESOLVE_IN_ROOT, Linux 5.6).
/// </summary>
public static unsafe class ProcessRoot
{
    // include/uapi/linux/openat2.h
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    private const ulong RESOLVE_IN_ROOT = 0x10;

    /// <summary>
    /// Opens a file only to name it, whatever it is: 0, or the error number. Through <c>/proc/self/fd</c> it is the same file then,
    /// whatever becomes of the path.
    /// </summary>
    /// <param name="pid">The process, which the caller pins.</param>
    /// <param name="path">As the process would name it; one without a slash at its start is in its working folder.</param>
    /// <param name="file">The file.</param>
    public static int TryOpen(int pid, string path, out SafeFileHandle? file)
    {
        ArgumentNullException.ThrowIfNull(path);
        file = null;
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        if (!path.StartsWith('/'))
        {
            // As the process sees it, which is below its root.
            if (WorkingFolderOf(folder) is not { } working)
            {
                return Errno.ENOENT;
            }

            path = working + "/" + path;
        }

        int root = LinuxFile.OpenDescriptor(BriefFile.PathOf(folder + "/root"), Libc.O_PATH | Libc.O_DIRECTORY);
        if (root < 0)
        {
            return -root;
        }

        using SafeFileHandle opened = new(root, ownsHandle: true);
        Span<ulong> how = [(ulong)(uint)(Libc.O_PATH | Libc.O_CLOEXEC), 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS];
        fixed (byte* name = BriefFile.PathOf(path))
        fixed (ulong* words = how)
        {
            nint fd = Libc.SystemCall(Libc.SYS_openat2, root, (nint)name, (nint)words, how.Length * sizeof(ulong), 0, 0);
            int error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
            file = error == 0 ? new SafeFileHandle((nint)fd, ownsHandle: true) : null;
            return error;
        }
    }

    private static string? WorkingFolderOf(string folder)
    {
        try
        {
            return new FileInfo(folder + "/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
