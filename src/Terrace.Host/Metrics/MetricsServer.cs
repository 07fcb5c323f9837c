using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Host.Metrics;

/// <summary>
/// Answers scrapes: one request a connection, few connections, little patience. It is for a collector on the same host; whoever else can reach the address gets the
/// same, and cannot keep the daemon busy.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MaxConnections = 4;
    private const int MaxHeadBytes = 8 * 1024;

    private readonly Socket _listener;
    private readonly Func<Task<ReadOnlyMemory<byte>>> _read;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stop = new();
    private int _connections;

    private MetricsServer(Socket listener, TimeSpan patience, Func<Task<ReadOnlyMemory<byte>>> read)
    {
        _listener = listener;
        _patience = patience;
        _read = read;
    }

    /// <summary>How long a peer may take to ask, and then to take the answer.</summary>
    public static TimeSpan StandardPatience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection's place is free again this long after its answer at the soonest: so many scrapes a second, whoever asks.</summary>
    private static TimeSpan Pace { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Begins to answer with what <paramref name="read"/> gives.</summary>
    /// <exception cref="SocketException">The address is in use, or not this host's.</exception>
    public static MetricsServer Start(IPEndPoint address, TimeSpan patience, Func<Task<ReadOnlyMemory<byte>>> read)
    {
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(address);
            listener.Listen(MaxConnections);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }

        MetricsServer server = new(listener, patience, read);
        _ = server.AcceptAsync();
        return server;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                if (Interlocked.Increment(ref _connections) <= MaxConnections)
                {
                    _ = ServeAsync(socket);
                }
                else
                {
                    Interlocked.Decrement(ref _connections);
                    socket.Dispose();
                }
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (!_stop.IsCancellationRequested)
                {
                    // Out of descriptors, for example: others may go meanwhile.
                    await Task.Delay(TimeSpan.FromMilliseconds(200));
                }
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            int status = ScrapeRequest.Ok;
            bool withBody = true;
            byte[]? head = await WithPatienceAsync(ct => ReadHeadAsync(socket, ct));
            status = head is null ? ScrapeRequest.TooLarge : ScrapeRequest.StatusOf(head, out withBody);
            ReadOnlyMemory<byte> body = status == ScrapeRequest.Ok ? await _read() : Encoding.ASCII.GetBytes(WordsFor(status) + "\n");
            await WithPatienceAsync(async ct =>
            {
                await SendAllAsync(socket, HeadFor(status, body.Length), ct);
                await SendAllAsync(socket, withBody ? body : default, ct);
                socket.Shutdown(SocketShutdown.Send);

                // What the peer still sends is taken, or the kernel would reset the connection and the answer be lost (tcp(7)).
                await DrainAsync(socket, ct);
                return true;
            });
            await Task.Delay(Pace, _stop.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer went, or lost our patience.
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task<T> WithPatienceAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(_patience);
        return await work(patience.Token);
    }

    /// <summary>The head of a request without its empty line; null when it is too large; empty when the peer ends before it is whole.</summary>
    private static async Task<byte[]?> ReadHeadAsync(Socket socket, CancellationToken ct)
    {
        byte[] buffer = new byte[MaxHeadBytes];
        int length = 0;
        while (true)
        {
            int end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return buffer[..end];
            }

            if (length == buffer.Length)
            {
                return null;
            }

            int received = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            if (received == 0)
            {
                return [];
            }

            length += received;
        }
    }

    private static async Task DrainAsync(Socket socket, CancellationToken ct)
    {
        byte[] buffer = new byte[1024];
        int left = 8 * MaxHeadBytes;
        int received = 1;
        while (left > 0 && received > 0)
        {
            received = await socket.ReceiveAsync(buffer, ct);
            left -= received;
        }
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, ct)..];
        }
    }

    private static byte[] HeadFor(int status, int length) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} {WordsFor(status)}\r\nContent-Type: {(status == ScrapeRequest.Ok ? PrometheusText.ContentType : "text/plain; charset=utf-8")}\r\nContent-Length: {length}\r\n{(status == ScrapeRequest.MethodNotAllowed ? "Allow: GET, HEAD\r\n" : "")}X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"));

    private static string WordsFor(int status) => status switch
    {
        ScrapeRequest.Ok => "OK",
        ScrapeRequest.Forbidden => "Forbidden",
        ScrapeRequest.NotFound => "Not Found",
        ScrapeRequest.MethodNotAllowed => "Method Not Allowed",
        ScrapeRequest.TooLarge => "Request Header Fields Too Large",
        _ => "Bad Request",
    };
}
