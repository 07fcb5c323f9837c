using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Terrace.Host.Files;
using Terrace.Linux.Interop;

namespace Terrace.Host.Guests;

/// <summary>
/// The host's end of the channel to one guest. Nothing here ever waits. It writes only to the very process whose guest it is: the
/// kernel says who listens at the other end (SO_PEERCRED of unix(7)), whatever path that process's
/// command line named. A message is begun only when the one before is out, so that a guest that does not read costs one buffer.
/// </summary>
internal sealed class LayoutFeed : IDisposable
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;

    /// <summary>Bytes that are read at a time from a guest that sends without end.</summary>
    private const int MostAtOnce = 4096;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[MostAtOnce];
    private readonly LineFeed _lines = new(LayoutChannel.MaxRequestBytes);
    private ReadOnlyMemory<byte> _sending;

    private LayoutFeed(Socket socket) => _socket = socket;

    /// <summary>The newest question that is not answered; null when there is none.</summary>
    public LayoutRequest? Asked { get; private set; }

    /// <summary>A message is not out yet.</summary>
    public bool IsSending => !_sending.IsEmpty;

    /// <summary>Something of it went out at the last turn.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Connects; null with the reason in <paramref name="problem"/>.</summary>
    /// <param name="path">Where the process listens, as it names it.</param>
    /// <param name="pid">The process that must be the one that listens.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="calls">Makes the calls that a file server can have wait; null: the calling thread does.</param>
    public static LayoutFeed? TryConnect(string path, int pid, out string problem, BoundedCalls? calls = null)
    {
        if (ProblemOf(path, pid, calls, out SafeFileHandle? file) is { } refused)
        {
            problem = refused;
            return null;
        }

        using SafeFileHandle named = file!;

        // The very file that was looked at: the path may lead elsewhere by now.
        int error = LocalSocket.TryConnect(pid, $"/proc/self/fd/{named.DangerousGetHandle()}", calls, out Socket? socket);
        if (error != 0)
        {
            problem = ErrorWords.Of(error);
            return null;
        }

        Span<byte> credentials = stackalloc byte[12];
        int listener = socket!.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) == credentials.Length
            ? BinaryPrimitives.ReadInt32LittleEndian(credentials)
            : 0;
        if (listener == pid)
        {
            problem = "";
            return new LayoutFeed(socket);
        }

        problem = $"who listens there is process {listener}";
        socket.Dispose();
        return null;
    }

    /// <summary>
    /// Sends what is to be sent and takes in what the guest asks, as far as both go without waiting; false when the other end is
    /// gone.
    /// </summary>
    public bool Pump()
    {
        try
        {
            IsTaken = false;
            while (!_sending.IsEmpty)
            {
                int sent = _socket.Send(_sending.Span, SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                if (error != SocketError.Success)
                {
                    return false;
                }

                _sending = _sending[sent..];
                IsTaken = true;
            }

            int received = _socket.Receive(_received, SocketFlags.None, out SocketError problem);
            if (problem == SocketError.WouldBlock)
            {
                return true;
            }

            if (problem != SocketError.Success || received == 0)
            {
                return false;
            }

            _lines.Add(_received.AsSpan(0, received));
            while (_lines.TryTake(out ReadOnlySpan<byte> line))
            {
                Asked = Parse(line) ?? Asked;
            }

            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Answers the question; only while nothing is being sent.</summary>
    public void Answer(LayoutMessage message)
    {
        // A newline first ends what may have been left unfinished of a message before.
        _sending = (byte[])[(byte)'\n', .. JsonSerializer.SerializeToUtf8Bytes(
            message with { Ask = Asked!.Ask }, LayoutJson.Line.LayoutMessage), (byte)'\n'];
        Asked = null;
    }

    public void Dispose() => _socket.Dispose();

    // To connect alone may start a service that listens there (systemd.socket(5)): only to a socket of the process's own user.
    private static string? ProblemOf(string path, int pid, BoundedCalls? calls, out SafeFileHandle? file)
    {
        int error = ProcessRoot.TryOpen(pid, path, out file, calls);
        FileStatus socket = default;
        FileStatus process = default;
        error = error != 0 ? error
            : FileStatus.TryReadKnown(file!, out socket) is not 0 and var failed ? failed
            : FileStatus.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task"), out process);
        string? problem = error == Errno.ETIMEDOUT ? "its socket is on a file system that does not answer"
            : error != 0 ? $"its socket cannot be found (error {error})"
            : socket.Kind != FileKind.Socket ? "what its command line names as the socket is none"
            : socket.UserId != process.UserId && process.UserId != 0 ? $"its socket belongs to another user ({socket.UserId})"
            : null;
        if (problem is not null)
        {
            file?.Dispose();
            file = null;
        }

        return problem;
    }

    /// <summary>Reads a guest's line; null for what asks nothing.</summary>
    internal static LayoutRequest? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.Length > 0
                && JsonSerializer.Deserialize(line, LayoutJson.Line.LayoutRequest) is { Version: LayoutChannel.Version } request
                && request.Ask is { Length: > 0 and <= 64 } ask
                && ask.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
                ? request
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
