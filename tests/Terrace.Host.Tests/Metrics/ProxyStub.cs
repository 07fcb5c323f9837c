using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Host.Tests.Metrics;

/// <summary>A proxy that makes tunnels (RFC 9110, CONNECT) to one address, whatever it is asked for.</summary>
internal sealed class ProxyStub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;

    public ProxyStub(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>The head of the last request.</summary>
    public string Asked { get; private set; } = "";

    /// <summary>What is answered; a tunnel follows a 200.</summary>
    public string Answer { get; init; } = "HTTP/1.1 200 Connection established\r\n\r\n";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(NetworkStream client)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        Asked = head.ToString();
        await client.WriteAsync(Encoding.ASCII.GetBytes(Answer));
        if (Answer.Contains(" 200 ", StringComparison.Ordinal))
        {
            using TcpClient target = new();
            await target.ConnectAsync(IPAddress.Loopback, _port);
            await Task.WhenAny(client.CopyToAsync(target.GetStream()), target.GetStream().CopyToAsync(client));
        }
    }
}
