using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// A file that is memory and has a name that /proc/PID/maps shows, memfd_create(2),
/// https://man7.org/linux/man-pages/man2/memfd_create.2.html.
/// </summary>
public static unsafe class MemoryFile
{
    private const int MFD_CLOEXEC = 1;

    /// <summary>Makes one of some size: 0, or the error number (EINVAL: a name of more than 249 bytes).</summary>
    public static int TryCreate(string name, long bytes, out SafeFileHandle? file)
    {
        file = null;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            nint fd = Libc.SystemCall(Libc.SYS_memfd_create, (nint)text, MFD_CLOEXEC, 0, 0, 0, 0);
            if (fd < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            file = new SafeFileHandle(fd, ownsHandle: true);
        }

        RandomAccess.SetLength(file, bytes);
        return 0;
    }
}
