using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Terrace.Host.Metrics;

/// <summary>
/// Posts to a collector, by http or https, through the proxy that the environment names (http_proxy, https_proxy, no_proxy). It follows no
/// redirect and keeps no cookie; what it reads of an answer is bounded.
/// </summary>
internal sealed class OtlpClient : IDisposable
{
    private const int MaxHeadKilobytes = 16;
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>A connection is made again after this time, so that a change of the collector's address is noticed.</summary>
    private static readonly TimeSpan s_connectionLife = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(5);

    /// <summary>Header fields of requests that are not for others to set; those of bodies are not taken anyway.</summary>
    private static readonly string[] s_own = ["Host", "Connection", "Transfer-Encoding", "User-Agent"];

    private readonly HttpClient _http;
    private readonly OtlpSettings _settings;

    private OtlpClient(OtlpSettings settings, X509ChainPolicy? trust)
    {
        _settings = settings;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = settings.Timeout < s_connectPatience ? settings.Timeout : s_connectPatience,
            PooledConnectionLifetime = s_connectionLife,
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = MaxHeadKilobytes,
            MaxResponseDrainSize = MaxBodyBytes,
        };
        if (settings.Proxy is not null)
        {
            handler.Proxy = settings.Proxy;
        }

        if (trust is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust };
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where it posts to.</summary>
    public Uri Endpoint => _settings.Endpoint;

    /// <summary>Makes ready to post; connects to nobody yet.</summary>
    /// <param name="settings">Where to, and how.</param>
    /// <param name="tlsLibraries">Names of the library that https needs.</param>
    /// <param name="problem">What is wrong and how to fix it, when null is returned.</param>
    public static OtlpClient? Open(OtlpSettings settings, IReadOnlyList<string> tlsLibraries, out string problem)
    {
        problem = "";
        X509ChainPolicy? trust = null;
        if (settings.Endpoint.Scheme == Uri.UriSchemeHttps)
        {
            problem = TlsLibrary.IsThere(tlsLibraries) ? ""
                : "https needs OpenSSL 3 (libssl.so.3), which this host does not have; install it (Debian: libssl3), "
                    + "or push by http to a collector on this host";
            if (problem.Length == 0 && settings.CertificateFile is { } file)
            {
                trust = TrustIn(file, out problem);
            }
        }

        return problem.Length == 0 ? new OtlpClient(settings, trust) : null;
    }

    /// <summary>Whether a header field may be sent in addition to those of the protocol.</summary>
    public static bool MaySend(string name, string value)
    {
        using HttpRequestMessage request = new();
        return value.All(letter => letter is >= ' ' and <= '~')
            && !s_own.Contains(name, StringComparer.OrdinalIgnoreCase)
            && request.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Posts one body.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> ended it.</exception>
    public async Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(_settings.Timeout);
        try
        {
            using HttpRequestMessage request = RequestFor(body);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return AnswerOf(response);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            string seconds = _settings.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return new OtlpAnswer($"no answer within {seconds} s", MayRetry: true);
        }
        catch (HttpRequestException error)
        {
            return AnswerOf(error);
        }
        catch (NotSupportedException error)
        {
            // A proxy of a kind that .NET does not know.
            return new OtlpAnswer(error.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static X509ChainPolicy? TrustIn(string file, out string problem)
    {
        problem = "";
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
            problem = policy.CustomTrustStore.Count > 0 ? ""
                : $"{file}, which OTEL_EXPORTER_OTLP_CERTIFICATE names, has no certificate in it; name a file in PEM";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            problem = $"the file that OTEL_EXPORTER_OTLP_CERTIFICATE names cannot be read: {error.Message.TrimEnd('.')}; "
                + "name a file of certificates in PEM";
        }

        return policy;
    }

    private static OtlpAnswer AnswerOf(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            return default;
        }

        bool mayRetry = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        RetryConditionHeaderValue? after = mayRetry ? response.Headers.RetryAfter : null;
        TimeSpan? wait = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        return new OtlpAnswer($"it answers with status {(int)response.StatusCode}", mayRetry, wait);
    }

    private static OtlpAnswer AnswerOf(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded => new OtlpAnswer("what answers there does not speak HTTP"),
        HttpRequestError.ConfigurationLimitExceeded => new OtlpAnswer("its answer is too long"),
        HttpRequestError.SecureConnectionError => new OtlpAnswer($"no secure connection: {error.GetBaseException().Message.TrimEnd('.')}"),

        // Not in the words of the exception, which may name the proxy with its password.
        HttpRequestError.ProxyTunnelError =>
            new OtlpAnswer($"the proxy refuses{(error.StatusCode is { } status ? $" with status {(int)status}" : "")}", MayRetry: true),
        _ => new OtlpAnswer((error.GetBaseException() as SocketException)?.Message ?? error.Message, MayRetry: true),
    };

    private HttpRequestMessage RequestFor(ReadOnlyMemory<byte> body)
    {
        HttpRequestMessage request = new(HttpMethod.Post, _settings.Endpoint)
        {
            Content = new ReadOnlyMemoryContent(_settings.Compress ? Compressed(body) : body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (_settings.Compress)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        request.Headers.TryAddWithoutValidation("User-Agent", "terrace");
        foreach ((string name, string value) in _settings.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static ReadOnlyMemory<byte> Compressed(ReadOnlyMemory<byte> body)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(body.Span);
        }

        return compressed.ToArray();
    }
}
