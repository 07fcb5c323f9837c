using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Terrace.Linux.Interop;

/// <summary>Connects to Unix sockets that a process listens at (unix(7)).</summary>
public static unsafe class LocalSocket
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_NONBLOCK = 0x800;
    private const int SOCK_CLOEXEC = 0x8_0000;

    /// <summary>
    /// Connects, without waiting where the listener's queue is full: 0, or the error number (ETIMEDOUT: the file system that the socket is
    /// on does not answer).
    /// </summary>
    /// <param name="pid">The process that named the path.</param>
    /// <param name="path">The path.</param>
    /// <param name="calls">Makes the call; null: the calling thread does, however long it takes.</param>
    /// <param name="socket">The socket; null after an error.</param>
    public static int TryConnect(int pid, string path, BoundedCalls? calls, out Socket? socket)
    {
        ArgumentNullException.ThrowIfNull(path);
        socket = null;
        nint fd = Libc.SystemCall(Libc.SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0, 0);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        SafeSocketHandle handle = new(fd, ownsHandle: true);
        Span<byte> family = stackalloc byte[sizeof(ushort)];
        MemoryMarshal.Write(family, (ushort)AF_UNIX);
        byte[] address = [.. family, .. Encoding.UTF8.GetBytes(path + '\0')];
        fixed (byte* start = address)
        {
            nint result = calls?.Connect(pid, (int)fd, address)
                ?? new SystemCall(Libc.SYS_connect, fd, (nint)start, address.Length).Perform();
            if (result != 0)
            {
                handle.Dispose();
                return (int)-result;
            }
        }

        socket = new Socket(handle) { Blocking = false };
        return 0;
    }
}
