using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// An open file of /proc or /sys. Unlike <see cref="FileStream"/> it tells errors by number instead of by exception, because
/// there "no such process" and "busy" are ordinary, and reading it again from the start makes no garbage.
/// </summary>
internal sealed class LinuxFile : SafeHandleZeroOrMinusOneIsInvalid
{
    private LinuxFile(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    // The number of one that was closed may be another file's by now.
    internal int Fd => IsClosed ? -1 : (int)handle;

    /// <summary>Opens for reading. 0, or an error number with <paramref name="file"/> null.</summary>
    public static int TryOpenRead(string path, out LinuxFile? file) => TryOpen(path, Libc.O_RDONLY, out file);

    /// <summary>The same of a process's file whose opening may wait for it.</summary>
    public static int TryOpenRead(string path, ProcessCalls calls, out LinuxFile? file)
    {
        int fd = calls.OpenRead(Encoding.UTF8.GetBytes(path + '\0'));
        file = fd >= 0 ? new LinuxFile(fd) : null;
        return fd >= 0 ? 0 : -fd;
    }

    /// <summary>Takes over a descriptor.</summary>
    internal static LinuxFile Of(int descriptor) => new(descriptor);

    /// <summary>Opens for writing. 0, or an error number with <paramref name="file"/> null.</summary>
    public static int TryOpenWrite(string path, out LinuxFile? file) => TryOpen(path, Libc.O_WRONLY, out file);

    /// <summary>Opens for both. 0, or an error number with <paramref name="file"/> null.</summary>
    public static int TryOpenReadWrite(string path, out LinuxFile? file) => TryOpen(path, Libc.O_RDWR, out file);

    /// <summary>
    /// Opens a device for both, without ever waiting in a read or write. 0, or an error number with <paramref name="file"/> null.
    /// </summary>
    public static int TryOpenWithoutWaiting(string path, out LinuxFile? file) => TryOpen(path, Libc.O_RDWR | Libc.O_NONBLOCK, out file);

    /// <summary>Reads at a position: bytes read (0 at the end), or minus the error number. Interrupted calls are repeated.</summary>
    public int Read(long position, Span<byte> buffer) => Read(Fd, position, buffer);

    /// <summary>The same with a descriptor, which the caller keeps open meanwhile.</summary>
    internal static unsafe int Read(int descriptor, long position, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint read = Libc.PRead(descriptor, start, (nuint)buffer.Length, position);
                if (read >= 0)
                {
                    return (int)read;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Reads until the buffer is full or the file ends: bytes read, or minus the error number of the first read.</summary>
    public int ReadFully(long position, Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = Read(position + total, buffer[total..]);
            if (read <= 0)
            {
                return total > 0 ? total : read;
            }

            total += read;
        }

        return total;
    }

    /// <summary>Writes at a position: bytes written, or minus the error number. Interrupted calls are repeated.</summary>
    public int Write(long position, ReadOnlySpan<byte> buffer)
    {
        while (true)
        {
            int written = WriteOnce(position, buffer);
            if (written != -Errno.EINTR)
            {
                return written;
            }
        }
    }

    /// <summary>Writes at a position with one call: bytes written, or minus the error number; EINTR when a signal came.</summary>
    public unsafe int WriteOnce(long position, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint written = Libc.PWrite(Fd, start, (nuint)buffer.Length, position);
            return written >= 0 ? (int)written : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Writes a command to a file that has no positions to write at (seq_open in fs/seq_file.c): 0, or the error number.
    /// Interrupted calls are repeated.
    /// </summary>
    public unsafe int WriteCommand(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint written = Libc.Write(Fd, start, (nuint)buffer.Length);
                int error = written >= 0 ? 0 : Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return error;
                }
            }
        }
    }

    /// <summary>Writes all of the buffer; files of /sys take a page at a time (fs/kernfs/file.c). 0, or the error number.</summary>
    public int WriteFully(long position, ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int written = Write(position, buffer);
            if (written <= 0)
            {
                return written < 0 ? -written : Errno.EIO;
            }

            position += written;
            buffer = buffer[written..];
        }

        return 0;
    }

    /// <summary>Brings the file, or the entries of a folder, to the disk: 0, or the error number. Interrupted calls are repeated.</summary>
    public int Sync()
    {
        while (Libc.FSync(Fd) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                return error;
            }
        }

        return 0;
    }

    /// <summary>
    /// Sets who may do what with the file or folder, as an octal number of chmod(1), whatever the umask: 0, or the error number.
    /// </summary>
    public int ChangeMode(uint mode) => Libc.FChMod(Fd, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>Opens: a descriptor, or minus the error number; <paramref name="path"/> ends with NUL.</summary>
    internal static unsafe int OpenDescriptor(ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* name = path)
        {
            while (true)
            {
                int fd = Libc.Open(name, flags | Libc.O_CLOEXEC, 0);
                int error = fd >= 0 ? 0 : Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return error == 0 ? fd : -error;
                }
            }
        }
    }

    private static int TryOpen(string path, int flags, out LinuxFile? file)
    {
        int fd = OpenDescriptor(Encoding.UTF8.GetBytes(path + '\0'), flags);
        file = fd >= 0 ? new LinuxFile(fd) : null;
        return fd >= 0 ? 0 : -fd;
    }
}
