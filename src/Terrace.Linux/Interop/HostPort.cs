using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// A guest's end of a channel to its host: a port of virtio-serial (drivers/char/virtio_console.c), or a Unix socket that stands
/// for one. Nothing here waits but <see cref="WaitToRead"/>.
/// </summary>
public sealed class HostPort : IDisposable
{
    private const int MSG_NOSIGNAL = 0x4000;

    private readonly SafeHandle _handle;
    private readonly Socket? _socket;

    private HostPort(SafeHandle handle, Socket? socket)
    {
        _handle = handle;
        _socket = socket;
    }

    /// <summary>True for a Unix socket, which is of no use any more when its other end has closed; a device comes back to life.</summary>
    public bool IsSocket => _socket is not null;

    /// <summary>
    /// Opens it: 0, or the error number (ENOENT: there is none; EBUSY: another program has it open; ENOTTY: it is neither a device nor a
    /// socket; EACCES).
    /// </summary>
    public static int TryOpen(string path, out HostPort? port)
    {
        port = null;
        if (FileStatus.TryRead(path, out FileStatus status) == 0
            && (status.Kind is not (FileKind.CharacterDevice or FileKind.Socket) || status.IsMemoryDevice))
        {
            // What is written to a file or a disk would take the place of what is there, and nobody answers from /dev/null.
            return Errno.ENOTTY;
        }

        int error = LinuxFile.TryOpenWithoutWaiting(path, out LinuxFile? file);
        if (error == 0)
        {
            port = new HostPort(file!, socket: null);
            return 0;
        }

        // What open(2) says of a socket.
        if (error != Errno.ENXIO)
        {
            return error;
        }

        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Blocking = false;
            port = new HostPort(socket.SafeHandle, socket);
            return 0;
        }
        catch (Exception problem) when (problem is SocketException or ArgumentException)
        {
            socket.Dispose();
            return problem is SocketException refused ? refused.NativeErrorCode : Errno.EINVAL;
        }
    }

    /// <summary>Waits until there is something to read or the host is not there; false when the time ran out first.</summary>
    public unsafe bool WaitToRead(TimeSpan timeout)
    {
        PollFd poll = new() { Fd = (int)_handle.DangerousGetHandle(), Events = PollFd.POLLIN };
        return Libc.Poll(&poll, 1, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue)) > 0;
    }

    /// <summary>Reads what there is: bytes; 0 when the host is not there; minus the error number (EAGAIN: nothing yet).</summary>
    public unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint read = Libc.Read((int)_handle.DangerousGetHandle(), start, (nuint)buffer.Length);
            return read >= 0 ? (int)read : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Writes with one call: bytes written, or minus the error number (EAGAIN: the host is not there, or takes nothing now).
    /// </summary>
    public unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint written = _socket is not null
                ? Libc.Send((int)_handle.DangerousGetHandle(), start, (nuint)buffer.Length, MSG_NOSIGNAL)
                : Libc.Write((int)_handle.DangerousGetHandle(), start, (nuint)buffer.Length);
            return written >= 0 ? (int)written : -Marshal.GetLastPInvokeError();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket?.Dispose();
        _handle.Dispose();
    }
}
