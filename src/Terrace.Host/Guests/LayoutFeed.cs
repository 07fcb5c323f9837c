using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Terrace.Host.Files;

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
    /// <param name="path">Where the process listens.</param>
    /// <param name="pid">The process that must be the one that listens.</param>
    /// <param name="problem">What is wrong.</param>
    public static LayoutFeed? TryConnect(string path, int pid, out string problem)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            Span<byte> credentials = stackalloc byte[12];
            int listener = socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) == credentials.Length
                ? BinaryPrimitives.ReadInt32LittleEndian(credentials)
                : 0;
            problem = listener == pid ? "" : $"who listens there is process {listener}";
        }
        catch (Exception error) when (error is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            problem = OutputProblem.Of(error);
        }

        if (problem.Length == 0)
        {
            return new LayoutFeed(socket);
        }

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
