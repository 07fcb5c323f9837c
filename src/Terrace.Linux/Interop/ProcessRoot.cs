using System.Globalization;
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
    /// <param name="calls">Makes the calls; null: the calling thread does, however long a file server on the way lets it wait.</param>
    public static int TryOpen(int pid, string path, out SafeFileHandle? file, BoundedCalls? calls = null)
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

        const int Flags = Libc.O_PATH | Libc.O_DIRECTORY;
        byte[] rootPath = BriefFile.PathOf(folder + "/root");
        int root = calls?.Open(pid, rootPath, Flags) ?? LinuxFile.OpenDescriptor(rootPath, Flags);
        if (root < 0)
        {
            return -root;
        }

        using SafeFileHandle opened = new(root, ownsHandle: true);
        Span<ulong> how = [(ulong)(uint)(Libc.O_PATH | Libc.O_CLOEXEC), 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS];
        int fd = calls?.OpenIn(pid, root, BriefFile.PathOf(path), how) ?? OpenIn(root, BriefFile.PathOf(path), how);
        file = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
        return fd >= 0 ? 0 : -fd;
    }

    private static int OpenIn(int root, ReadOnlySpan<byte> path, ReadOnlySpan<ulong> how)
    {
        fixed (byte* name = path)
        fixed (ulong* words = how)
        {
            return (int)new SystemCall(Libc.SYS_openat2, root, (nint)name, (nint)words, how.Length * sizeof(ulong)).Perform();
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
