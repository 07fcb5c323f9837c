using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class OtlpClientTests : IDisposable
{
    private static readonly byte[] s_body = [1, 2, 3, 4];
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-otlp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Headers_and_body_arrive_as_they_are()
    {
        using CollectorStub collector = new();
        KeyValuePair<string, string>[] headers = [new("authorization", "Bearer x=y"), new("x-tenant", "a")];
        using OtlpClient client = Open(new OtlpSettings { Endpoint = collector.Address, Headers = headers });
        Assert.Equal(default, await SendAsync(client));
        (string head, byte[] body) = await collector.TakeAsync();
        Assert.Contains("\r\nauthorization: Bearer x=y\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\nx-tenant: a\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: terrace\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Encoding", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("traceparent", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(s_body, body);
    }

    [Fact]
    public async Task A_compressed_body_says_so_and_is_the_same_unpacked()
    {
        using CollectorStub collector = new();
        using OtlpClient client = Open(new OtlpSettings { Endpoint = collector.Address, Compress = true });
        await SendAsync(client);
        (string head, byte[] body) = await collector.TakeAsync();
        Assert.Contains("\r\nContent-Encoding: gzip\r\n", head, StringComparison.Ordinal);
        using GZipStream unpacked = new(new MemoryStream(body), CompressionMode.Decompress);
        byte[] whole = new byte[s_body.Length];
        await unpacked.ReadExactlyAsync(whole, TestContext.Current.CancellationToken);
        Assert.Equal(s_body, whole);
        Assert.Equal(-1, unpacked.ReadByte());
    }

    [Fact]
    public async Task By_https_a_certificate_is_trusted_that_the_file_has_and_no_other()
    {
        using X509Certificate2 certificate = CertificateFor(IPAddress.Loopback);
        using X509Certificate2 other = CertificateFor(IPAddress.Loopback);
        using CollectorStub collector = new(certificate);
        using OtlpClient trusting = Open(new OtlpSettings { Endpoint = collector.Address, CertificateFile = FileOf(certificate) });
        Assert.Equal(default, await SendAsync(trusting));
        Assert.Equal(s_body, (await collector.TakeAsync()).Body);
        foreach (string? file in new[] { null, FileOf(other) })
        {
            using OtlpClient doubting = Open(new OtlpSettings { Endpoint = collector.Address, CertificateFile = file });
            OtlpAnswer answer = await SendAsync(doubting);
            Assert.StartsWith("no secure connection: ", answer.Problem, StringComparison.Ordinal);
            Assert.False(answer.MayRetry);
        }
    }

    [Fact]
    public async Task A_trusted_certificate_of_another_host_is_refused()
    {
        using X509Certificate2 certificate = CertificateFor(IPAddress.Parse("192.0.2.1"));
        using CollectorStub collector = new(certificate);
        using OtlpClient client = Open(new OtlpSettings { Endpoint = collector.Address, CertificateFile = FileOf(certificate) });
        Assert.StartsWith("no secure connection: ", (await SendAsync(client)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_OpenSSL_https_is_a_problem_and_http_is_none()
    {
        string[] none = ["libnone.so.1"];
        Assert.Null(OtlpClient.Open(new OtlpSettings { Endpoint = new Uri("https://localhost") }, none, out string problem));
        Assert.Contains("libssl3", problem, StringComparison.Ordinal);
        using OtlpClient? plain = OtlpClient.Open(new OtlpSettings { Endpoint = new Uri("http://localhost") }, none, out problem);
        Assert.NotNull(plain);
        Assert.Equal("", problem);
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("no certificate", "no certificate in it")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read")]
    public void A_bad_file_of_certificates_is_a_problem(string? text, string said)
    {
        string file = Path.Combine(_folder, "bad.pem");
        if (text is not null)
        {
            File.WriteAllText(file, text);
        }

        OtlpSettings settings = new() { Endpoint = new Uri("https://localhost"), CertificateFile = file };
        Assert.Null(OtlpClient.Open(settings, TlsLibrary.Names, out string problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
        Assert.Contains("PEM", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_is_gone_through_by_http_and_makes_a_tunnel_for_https()
    {
        using X509Certificate2 certificate = CertificateFor(IPAddress.Loopback);
        using CollectorStub secure = new(certificate);
        using ProxyStub tunnel = new(secure.Address.Port);
        WebProxy by = new(tunnel.Address);
        using OtlpClient client = Open(new OtlpSettings { Endpoint = secure.Address, CertificateFile = FileOf(certificate), Proxy = by });
        Assert.Equal(default, await SendAsync(client));
        Assert.StartsWith($"CONNECT {secure.Address.Authority} HTTP/1.1\r\n", tunnel.Asked, StringComparison.Ordinal);
        Assert.Equal(s_body, (await secure.TakeAsync()).Body);

        using CollectorStub proxy = new();
        Uri far = new("http://collector.example/v1/metrics");
        using OtlpClient plain = Open(new OtlpSettings { Endpoint = far, Proxy = new WebProxy(proxy.Address) });
        Assert.Equal(default, await SendAsync(plain));
        Assert.StartsWith($"POST {far} HTTP/1.1\r\n", (await proxy.TakeAsync()).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_told_without_its_password()
    {
        using ProxyStub proxy = new(1) { Answer = "HTTP/1.1 407 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" };
        UriBuilder address = new(proxy.Address) { UserName = "user", Password = "secret" };
        Uri far = new("https://collector.example");
        using OtlpClient client = Open(new OtlpSettings { Endpoint = far, Proxy = new WebProxy(address.Uri) });
        Assert.Equal("the proxy refuses with status 407", (await SendAsync(client)).Problem);
    }

    [Theory]
    [InlineData("HTTP/1.1 301 moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", false, null)]
    [InlineData("HTTP/1.1 400 bad\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", false, null)]
    [InlineData("HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n", false, null)]
    [InlineData("HTTP/1.1 502 no\r\nContent-Length: 0\r\n\r\n", true, null)]
    [InlineData("HTTP/1.1 504 no\r\nContent-Length: 0\r\n\r\n", true, null)]
    [InlineData("HTTP/1.1 429 no\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", true, 7)]
    [InlineData("HTTP/1.1 503 no\r\nRetry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n", true, 0)]
    public async Task Each_status_is_retried_or_not_as_the_specification_says(string answer, bool mayRetry, int? after)
    {
        using CollectorStub collector = new() { Answer = answer };
        using OtlpClient client = Open(new OtlpSettings { Endpoint = collector.Address });
        OtlpAnswer got = await SendAsync(client);
        Assert.Equal($"it answers with status {answer.Split(' ')[1]}", got.Problem);
        Assert.Equal((mayRetry, after is { } seconds ? TimeSpan.FromSeconds(seconds) : null), (got.MayRetry, got.RetryAfter));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_or_too_late_is_not_waited_for()
    {
        using CollectorStub talker = new() { Answer = "HTTP/1.1 200 OK\r\nX: " + new string('x', 20_000) + "\r\n\r\n" };
        using OtlpClient client = Open(new OtlpSettings { Endpoint = talker.Address });
        Assert.Equal("its answer is too long", (await SendAsync(client)).Problem);
        using System.Net.Sockets.TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Uri mute = new($"http://{silent.LocalEndpoint}");
        using OtlpClient hasty = Open(new OtlpSettings { Endpoint = mute, Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(new OtlpAnswer("no answer within 0.1 s", MayRetry: true), await SendAsync(hasty));
    }

    [Fact]
    public async Task What_fails_for_a_while_is_sent_again_as_it_was_after_the_pause_that_is_asked_for()
    {
        using CollectorStub collector = new();
        collector.FirstAnswers.Enqueue("HTTP/1.1 503 no\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        collector.FirstAnswers.Enqueue("HTTP/1.1 429 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        KeptLog log = new(LogLevel.Information);
        FakeTimeProvider time = new();
        byte read = 0;
        using OtlpPusher pusher = OtlpPusher.Start(
            Open(new OtlpSettings { Endpoint = collector.Address, Headers = [new("authorization", "secret")] }),
            TimeSpan.FromSeconds(30),
            () => Task.FromResult<ReadOnlyMemory<byte>>(new[] { ++read }),
            log,
            time,
            new Random(1));
        time.Advance(TimeSpan.FromSeconds(30));
        List<(byte Body, double Second)> taken = [];
        while (taken.Count < 4)
        {
            Task<(string Head, byte[] Body)> next = collector.TakeAsync();
            while (await Task.WhenAny(next, Task.Delay(20, TestContext.Current.CancellationToken)) != next)
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
            }

            taken.Add((Assert.Single((await next).Body), (time.GetUtcNow() - time.Start).TotalSeconds));
        }

        Assert.Equal([1, 1, 1, 2], taken.Select(one => one.Body));
        Assert.InRange(taken[1].Second - taken[0].Second, 7, 20);
        Assert.InRange(taken[2].Second - taken[1].Second, 0.5, 20);
        Assert.Equal(2, log.Lines.Count);
        Assert.StartsWith("Warning: metrics do not reach ", log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Information: metrics reach ", log.Lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    private static OtlpClient Open(OtlpSettings settings)
    {
        OtlpClient? client = OtlpClient.Open(settings, TlsLibrary.Names, out string problem);
        Assert.Equal("", problem);
        return client!;
    }

    private static Task<OtlpAnswer> SendAsync(OtlpClient client) => client.SendAsync(s_body, TestContext.Current.CancellationToken);

    private static X509Certificate2 CertificateFor(IPAddress address)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=terrace test", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private string FileOf(X509Certificate2 certificate)
    {
        string file = Path.Combine(_folder, certificate.Thumbprint + ".pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
