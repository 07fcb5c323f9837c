using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// Opens files to write where somebody else may have put something: never through a link, and never waiting for a device.
/// </summary>
public static unsafe class PlainFile
{
    // Octal 666, less the umask.
    private const int AnyMode = 0b110_110_110;

    // Octal 600: whoever may open a file may hold its lock.
    private const int PrivateMode = 0b110_000_000;

    /// <summary>Makes a file: 0, or the error number (EEXIST: there is something at the path, be it a link to nowhere).</summary>
    public static int TryCreate(string path, out SafeFileHandle? file) => TryOpen(path, Libc.O_CREAT | Libc.O_EXCL, out file);

    /// <summary>Opens what is there to read and write: 0, or the error number (ELOOP: it is a link).</summary>
    public static int TryOpen(string path, out SafeFileHandle? file) => TryOpen(path, 0, out file);

    /// <summary>Opens a pipe or a device to write: 0, or the error number (ENXIO: nobody reads the pipe).</summary>
    public static int TryOpenToWrite(string path, out SafeFileHandle? file) => TryOpen(path, 0, out file, Libc.O_WRONLY);

    /// <summary>
    /// Opens a file, or a pipe, whose writer is waited for, to read, by way of links: 0, or the error number. Unlike
    /// <see cref="FileStream"/> by a path it takes no lock, which whoever may read the file could hold.
    /// </summary>
    public static int TryOpenToRead(string path, out SafeFileHandle? file)
    {
        ArgumentNullException.ThrowIfNull(path);
        int fd = LinuxFile.OpenDescriptor(Encoding.UTF8.GetBytes(path + '\0'), Libc.O_RDONLY | Libc.O_NOCTTY);
        file = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
        return fd >= 0 ? 0 : -fd;
    }

    /// <summary>Opens a file that is to be locked, or makes it, for the user who runs this alone: 0, or the error number.</summary>
    public static int TryOpenPrivate(string path, out SafeFileHandle? file)
    {
        int error = TryOpen(path, Libc.O_CREAT, out file, Libc.O_RDWR, PrivateMode);
        if (error == 0 && Libc.FChMod((int)file!.DangerousGetHandle(), PrivateMode) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            file.Dispose();
            file = null;
        }

        return error;
    }

    private static int TryOpen(
        string path, int flags, out SafeFileHandle? file, int access = Libc.O_RDWR, int mode = AnyMode)
    {
        ArgumentNullException.ThrowIfNull(path);
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int all = flags | access | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC;
            int fd = Libc.Open(name, all, mode);
            file = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
            return fd >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }
}
