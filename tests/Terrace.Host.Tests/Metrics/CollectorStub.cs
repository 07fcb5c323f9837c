using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Terrace.Host.Tests.Metrics;

/// <summary>A collector that takes what is posted to it: by https when it has a certificate.</summary>
internal sealed class CollectorStub : IDisposable
{
    public const string Taken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<(string Head, byte[] Body)> _posts = Channel.CreateUnbounded<(string, byte[])>();
    private readonly X509Certificate2? _certificate;

    public CollectorStub(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}");

    /// <summary>What is answered.</summary>
    public string Answer { get; set; } = Taken;

    /// <summary>What is answered first.</summary>
    public ConcurrentQueue<string> FirstAnswers { get; } = new();

    /// <summary>The next post.</summary>
    public async Task<(string Head, byte[] Body)> TakeAsync() => await _posts.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                using Stream stream = _certificate is null ? client.GetStream() : new SslStream(client.GetStream());
                if (stream is SslStream secured)
                {
                    await secured.AuthenticateAsServerAsync(_certificate!);
                }

                await ServeAsync(stream);
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                // The client went, or trusts another certificate.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                _posts.Writer.TryComplete();
                return;
            }
        }
    }

    private async Task ServeAsync(Stream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            await stream.ReadExactlyAsync(one);
            head.Add(one[0]);
        }

        string text = Encoding.ASCII.GetString([.. head]);
        const string Length = "Content-Length:";
        string? length = text.Split("\r\n").SingleOrDefault(line => line.StartsWith(Length, StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[int.Parse(length?[Length.Length..] ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(FirstAnswers.TryDequeue(out string? first) ? first : Answer));
        _posts.Writer.TryWrite((text, body));
    }
}
