using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Host.Tests.Metrics;

/// <summary>Sends bytes as they are, as no HTTP client would, and reads what comes.</summary>
internal static class HttpAsk
{
    public const string Scrape = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

    public static async Task<Socket> ConnectAsync(IPEndPoint address)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return socket;
    }

    public static async Task<string> AskAsync(IPEndPoint address, string request)
    {
        using Socket socket = await ConnectAsync(address);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            return "";
        }

        return await ReadAsync(socket);
    }

    /// <summary>All that is sent until the connection ends, however it does.</summary>
    public static async Task<string> ReadAsync(Socket socket)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var received)
            {
                bytes.Write(buffer, 0, received);
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
