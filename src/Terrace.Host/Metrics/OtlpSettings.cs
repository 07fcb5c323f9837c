using System.Net;

namespace Terrace.Host.Metrics;

/// <summary>How metrics reach a collector. Values of headers are secrets: nothing prints them.</summary>
internal sealed class OtlpSettings
{
    /// <summary>That of the OTLP exporter specification.</summary>
    public static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Where metrics are posted to, path included.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Header fields in addition to those of the protocol.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How long one attempt may take, from connecting to the head of the answer.</summary>
    public TimeSpan Timeout { get; init; } = StandardTimeout;

    /// <summary>File of certificates in PEM that are trusted in place of the host's; null for the host's.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Bodies are compressed with gzip.</summary>
    public bool Compress { get; init; }

    /// <summary>Proxy to go through; null for the one that the environment names, if any.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Attributes of the resource that the environment sets, which win over Terrace's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Resource { get; init; } = [];

    /// <summary>Where a collector's base address takes metrics (OTLP specification, "Endpoint URLs for OTLP/HTTP").</summary>
    public static Uri EndpointOf(Uri address) => new(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/v1/metrics");
}
