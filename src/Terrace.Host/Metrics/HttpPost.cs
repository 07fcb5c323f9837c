using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Host.Metrics;

/// <summary>
/// Sends one HTTP/1.1 POST (RFC 9112) over a connection of its own. A whole HTTP client would make the program a sixth larger for this one request.
/// </summary>
internal static class HttpPost
{
    private const int MaxHeadBytes = 16 * 1024;

    /// <summary>Sends and returns the status code; null when what answers does not speak HTTP.</summary>
    /// <exception cref="SocketException">Nobody listens there, or the connection broke.</exception>
    /// <exception cref="OperationCanceledException">It took longer than <paramref name="ct"/> allows.</exception>
    public static async Task<int?> SendAsync(Uri address, string contentType, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        string host = address.HostNameType == UriHostNameType.IPv6 ? address.Host.Trim('[', ']') : address.Host;
        await (IPAddress.TryParse(host, out IPAddress? literal) ? socket.ConnectAsync(literal, address.Port, ct) : socket.ConnectAsync(host, address.Port, ct));
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {address.AbsolutePath} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: terrace\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        await SendAllAsync(socket, Encoding.ASCII.GetBytes(head), ct);
        await SendAllAsync(socket, body, ct);
        return StatusOf(await ReadHeadAsync(socket, ct));
    }

    /// <summary>The code of a status line; null when it is none.</summary>
    internal static int? StatusOf(ReadOnlySpan<byte> head)
    {
        // HTTP/1.1 200 OK
        const int CodeStart = 9;
        return head.Length >= CodeStart + 3 && head.StartsWith("HTTP/1."u8) && head[CodeStart - 1] == ' '
            && int.TryParse(head.Slice(CodeStart, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null;
    }

    private static async Task<byte[]> ReadHeadAsync(Socket socket, CancellationToken ct)
    {
        byte[] buffer = new byte[MaxHeadBytes];
        int length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int received = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            if (received == 0)
            {
                break;
            }

            length += received;
        }

        return buffer[..length];
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, ct)..];
        }
    }
}
