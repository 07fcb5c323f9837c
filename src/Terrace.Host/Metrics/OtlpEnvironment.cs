using System.Globalization;
using Terrace.Host.Files;

namespace Terrace.Host.Metrics;

/// <summary>
/// Reads OpenTelemetry's environment variables (opentelemetry.io/docs/specs/otel/protocol/exporter and
/// .../configuration/sdk-environment-variables). Those for metrics win over those for all signals, and the configuration's address wins
/// over both. An empty variable counts as unset. What is wrong is said without the value, which may be a secret.
/// </summary>
internal sealed class OtlpEnvironment(Func<string, string?> variable)
{
    private const string All = "OTEL_EXPORTER_OTLP_";
    private const string Metrics = "OTEL_EXPORTER_OTLP_METRICS_";

    private string _problem = "";

    /// <summary>Some variable says where metrics go.</summary>
    public bool NamesCollector => Find("ENDPOINT") is not null;

    /// <summary>How metrics reach the collector.</summary>
    /// <param name="configured">Its base address in the configuration; null for the environment's.</param>
    /// <param name="problem">What is wrong and how to fix it; empty when all is well.</param>
    public OtlpSettings? Read(Uri? configured, out string problem)
    {
        _problem = "";
        OtlpSettings settings = new()
        {
            Endpoint = configured is null ? Endpoint() : OtlpSettings.EndpointOf(configured),
            Headers = Headers(),
            Timeout = Timeout(),
            CertificateFile = Find("CERTIFICATE")?.Value,
            Compress = OneOf("COMPRESSION", "none", "gzip") == "gzip",
            Resource = Resource(),
        };
        OneOf("PROTOCOL", "http/protobuf");
        problem = _problem;
        return problem.Length == 0 ? settings : null;
    }

    private Uri Endpoint()
    {
        (string name, string text) = Find("ENDPOINT")!.Value;
        if (!ConfigurationValues.Collector(text, out Uri? address, out _))
        {
            const string How = "write for example http://127.0.0.1:4318, and credentials into OTEL_EXPORTER_OTLP_HEADERS";
            Report(name, "is not the address of a collector", How);
            return new Uri("http://localhost");
        }

        // The specification: the variable for metrics is taken as it is, the one for all signals is a base.
        return name.StartsWith(Metrics, StringComparison.Ordinal) ? address! : OtlpSettings.EndpointOf(address!);
    }

    private TimeSpan Timeout()
    {
        const int Longest = 600_000;
        if (Find("TIMEOUT") is not { } timeout)
        {
            return OtlpSettings.StandardTimeout;
        }

        bool read = int.TryParse(timeout.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds);
        if (!read || milliseconds is < 1 or > Longest)
        {
            Report(timeout.Name, "is not a number of milliseconds", $"write 1 to {Longest}");
            return OtlpSettings.StandardTimeout;
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }

    private List<KeyValuePair<string, string>> Headers() => Find("HEADERS") is { } headers
        ? Pairs(headers.Name, headers.Value, OtlpClient.MaySend, "that Terrace sets itself or that HTTP does not allow")
        : [];

    private KeyValuePair<string, string>[] Resource()
    {
        const string Attributes = "OTEL_RESOURCE_ATTRIBUTES";
        Dictionary<string, string> attributes = new(StringComparer.Ordinal);
        string text = Set(Attributes) ?? "";
        foreach ((string key, string value) in Pairs(Attributes, text, (key, _) => key.Length > 0, "without a name"))
        {
            attributes[key] = value;
        }

        if (Set("OTEL_SERVICE_NAME") is { } service)
        {
            attributes["service.name"] = service;
        }

        return [.. attributes];
    }

    /// <summary>A list in the form of W3C baggage: <c>name=value,name=value</c>, values percent-encoded.</summary>
    private List<KeyValuePair<string, string>> Pairs(string name, string text, Func<string, string, bool> isGood, string bad)
    {
        List<KeyValuePair<string, string>> pairs = [];
        string[] items = text.Split(',', StringSplitOptions.TrimEntries);
        for (int i = 0; i < items.Length; i++)
        {
            int equals = items[i].IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? "" : items[i][..equals].Trim();
            string value = Uri.UnescapeDataString(items[i][(equals + 1)..].Trim());
            if (items[i].Length > 0 && (equals < 0 || !isGood(key, value)))
            {
                string what = equals < 0 ? "without '='" : bad;
                Report(name, $"has an item {i + 1} {what}", "write NAME=VALUE,NAME=VALUE with values percent-encoded");
            }
            else if (items[i].Length > 0)
            {
                pairs.Add(new(key, value));
            }
        }

        return pairs;
    }

    private string? OneOf(string suffix, params string[] words)
    {
        if (Find(suffix) is { } found && !words.Contains(found.Value, StringComparer.Ordinal))
        {
            string known = string.Join(" or ", words);
            Report(found.Name, $"is '{Printable.Of(found.Value)}', which Terrace does not speak", $"write {known}, or unset it");
        }

        return Find(suffix)?.Value;
    }

    private (string Name, string Value)? Find(string suffix) =>
        Set(Metrics + suffix) is { } own ? (Metrics + suffix, own) : Set(All + suffix) is { } all ? (All + suffix, all) : null;

    private string? Set(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private void Report(string name, string what, string how) => _problem = _problem.Length > 0 ? _problem : $"{name} {what}; {how}";
}
