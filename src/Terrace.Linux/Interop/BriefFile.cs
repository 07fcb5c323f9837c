using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Terrace.Linux.Interop;

/// <summary>
/// A file of /proc or /sys that is opened for one reading or writing and closed after it, so that thousands of processes need no
/// descriptor for it meanwhile. Makes no garbage. A file below /proc/PID is the pinned process's only if that lives after the
/// opening (<see cref="PidFd.IsAlive"/>): its number is not used again before.
/// </summary>
internal readonly struct BriefFile : IDisposable
{
    /// <summary>Bytes of the longest path of a file of a process.</summary>
    public const int PathBytes = 64;

    // Minus an error number when it is not open.
    private readonly int _fd;

    private BriefFile(int fd) => _fd = fd;

    /// <summary>Takes over a descriptor, or minus the error number of an opening.</summary>
    public static BriefFile Adopt(int descriptor) => new(descriptor);

    /// <summary>Its descriptor, or minus the error number of the opening.</summary>
    public int Descriptor => _fd;

    /// <summary>0, or the error number of the opening.</summary>
    public int Error => _fd < 0 ? -_fd : 0;

    /// <summary>Opens for reading; <paramref name="path"/> ends with NUL.</summary>
    public static BriefFile OpenRead(ReadOnlySpan<byte> path) => new(LinuxFile.OpenDescriptor(path, Libc.O_RDONLY));

    /// <summary>Opens for writing; <paramref name="path"/> ends with NUL.</summary>
    public static BriefFile OpenWrite(ReadOnlySpan<byte> path) => new(LinuxFile.OpenDescriptor(path, Libc.O_WRONLY));

    /// <summary>Path of a process's file, /proc/PID/NAME, with the NUL at its end, in <paramref name="room"/>.</summary>
    public static ReadOnlySpan<byte> PathOf(int pid, scoped ReadOnlySpan<byte> name, Span<byte> room)
    {
        ReadOnlySpan<byte> folder = "/proc/"u8;
        folder.CopyTo(room);
        Utf8Formatter.TryFormat(pid, room[folder.Length..], out int digits);
        int length = folder.Length + digits;
        room[length++] = (byte)'/';
        name.CopyTo(room[length..]);
        length += name.Length;
        room[length++] = 0;
        return room[..length];
    }

    /// <summary>The same of a file that shows the process's memory: that of a thread of it which has not ended.</summary>
    public static ReadOnlySpan<byte> PathOf(PidFd process, scoped ReadOnlySpan<byte> name, Span<byte> room)
    {
        if (process.Thread == process.Pid)
        {
            return PathOf(process.Pid, name, room);
        }

        Span<byte> inner = stackalloc byte[PathBytes];
        ReadOnlySpan<byte> folder = "task/"u8;
        folder.CopyTo(inner);
        Utf8Formatter.TryFormat(process.Thread, inner[folder.Length..], out int digits);
        int length = folder.Length + digits;
        inner[length++] = (byte)'/';
        name.CopyTo(inner[length..]);
        return PathOf(process.Pid, inner[..(length + name.Length)], room);
    }

    /// <summary>A path as <see cref="OpenRead"/> takes it.</summary>
    public static byte[] PathOf(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>
    /// Opens a file, reads it from the start until the buffer is full or it ends, and closes it: bytes read, or minus the error
    /// number.
    /// </summary>
    public static int ReadOnce(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        using BriefFile file = OpenRead(path);
        int total = 0;
        while (total < buffer.Length)
        {
            int read = file.Read(total, buffer[total..]);
            if (read <= 0)
            {
                return total > 0 ? total : read;
            }

            total += read;
        }

        return total;
    }

    /// <summary>The same of a process's file, with one read: enough for those that the kernel makes in one piece.</summary>
    public static int ReadOnce(int pid, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        using BriefFile file = OpenRead(PathOf(pid, name, stackalloc byte[PathBytes]));
        return file.Read(0, buffer);
    }

    /// <summary>Reads at a position: bytes read (0 at the end), or minus the error number, that of the opening when it failed.</summary>
    public int Read(long position, Span<byte> buffer) => _fd < 0 ? _fd : LinuxFile.Read(_fd, position, buffer);

    /// <summary>Writes from the start, with one call: bytes written, or minus the error number.</summary>
    public unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (_fd >= 0)
            {
                nint written = Libc.PWrite(_fd, start, (nuint)buffer.Length, 0);
                int error = written >= 0 ? 0 : Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return error == 0 ? (int)written : -error;
                }
            }
        }

        return _fd;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_fd >= 0)
        {
            _ = Libc.Close(_fd);
        }
    }
}
