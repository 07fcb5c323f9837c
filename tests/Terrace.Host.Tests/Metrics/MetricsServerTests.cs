using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Terrace.Host.Http;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class MetricsServerTests
{
    private const string Body = "# HELP a b\n# TYPE a gauge\na 1\n";
    private static readonly WebLimits s_patient = new() { Patience = TimeSpan.FromSeconds(60) };
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    private readonly KeptLog _log = new(LogLevel.Trace);

    [Fact]
    public async Task A_scrape_has_the_text_and_says_what_it_is()
    {
        using WebServer server = Start();
        string answer = await HttpAsk.AskAsync(AddressOf(server), "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nAccept: */*\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Length: {Body.Length}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nServer:", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\n" + Body, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.0\r\n\r\n", 200)]
    [InlineData("GET /metrics?name=x HTTP/1.1\r\nHost: localhost\r\n\r\n", 200)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: [::1]:9464\r\n\r\n", 200)]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [InlineData("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 405)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: rebound.example.org:9464\r\n\r\n", 403)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n", 403)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: \r\n\r\n", 403)]
    [InlineData("GET /metrics\r\n\r\n", 400)]
    [InlineData("GET /metrics HTTP/2.0\r\n\r\n", 505)]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /metrics HTTP/1.1\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost : localhost\r\n\r\n", 400)]
    [InlineData("\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200)]
    [InlineData("GET http://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200)]
    [InlineData("GET http://rebound.example.org/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example.org\r\n\r\n", 400)]
    [InlineData("GET /x/../metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405)]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\r\n\r\n", 400)]
    public async Task Each_request_is_answered_as_it_deserves(string request, int status)
    {
        using WebServer server = Start();
        Assert.StartsWith($"HTTP/1.1 {status} ", await HttpAsk.AskAsync(AddressOf(server), request), StringComparison.Ordinal);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_head_request_has_no_body()
    {
        using WebServer server = Start();
        string answer = await HttpAsk.AskAsync(AddressOf(server), "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains($"Content-Length: {Body.Length}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_end_is_refused_when_it_is_too_large()
    {
        using WebServer server = Start();
        string answer = await HttpAsk.AskAsync(AddressOf(server), "GET /metrics HTTP/1.1\r\nX: " + new string('x', 9000));
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        Assert.Contains(" 200 ", await HttpAsk.AskAsync(AddressOf(server), HttpAsk.Scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_says_nothing_is_sent_away()
    {
        using WebServer server = Start(patience: TimeSpan.FromMilliseconds(100));
        using Socket silent = await HttpAsk.ConnectAsync(AddressOf(server));
        await silent.SendAsync("GET /met"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 408 ", await HttpAsk.ReadAsync(silent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crowd_of_silent_ones_keeps_nobody_from_being_answered_and_loses_the_oldest()
    {
        using WebServer server = Start();
        List<Socket> crowd = [];
        for (int i = 0; i < 3 * s_patient.Connections; i++)
        {
            Socket silent = await HttpAsk.ConnectAsync(AddressOf(server));
            crowd.Add(silent);
            await silent.SendAsync("GET /met"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        for (int i = 0; i < 2 * s_patient.Connections; i++)
        {
            Assert.Contains(" 200 ", await HttpAsk.AskAsync(AddressOf(server), HttpAsk.Scrape), StringComparison.Ordinal);
        }

        Assert.Equal("", await HttpAsk.ReadAsync(crowd[0]));
        crowd.ForEach(silent => silent.Dispose());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Random_bytes_never_stop_it()
    {
        using WebServer server = Start(patience: TimeSpan.FromMilliseconds(100));
        Random random = new(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            using Socket socket = await HttpAsk.ConnectAsync(AddressOf(server));
            await socket.SendAsync(bytes, TestContext.Current.CancellationToken);
            await HttpAsk.ReadAsync(socket);
        }

        Assert.Contains(" 200 ", await HttpAsk.AskAsync(AddressOf(server), HttpAsk.Scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_refused_and_free_again_when_it_ends()
    {
        IPEndPoint address;
        using (WebServer server = Start())
        {
            address = AddressOf(server);
            await HttpAsk.AskAsync(AddressOf(server), HttpAsk.Scrape);
            SocketException refused = Assert.Throws<SocketException>(() => MetricsServer.Start(address, s_patient, Give, _log));
            Assert.Equal(SocketError.AddressAlreadyInUse, refused.SocketErrorCode);
        }

        using WebServer again = MetricsServer.Start(address, s_patient, Give, _log);
        Assert.Contains(" 200 ", await HttpAsk.AskAsync(AddressOf(again), HttpAsk.Scrape), StringComparison.Ordinal);
    }

    private static IPEndPoint AddressOf(WebServer server) => (IPEndPoint)server.Address;

    private WebServer Start(TimeSpan? patience = null) =>
        MetricsServer.Start(s_anyPort, patience is { } some ? s_patient with { Patience = some } : s_patient, Give, _log);

    private static Task<ReadOnlyMemory<byte>> Give() => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(Body));
}
