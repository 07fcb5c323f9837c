using System.Text;
using Terrace.Host.Http;
using Terrace.Host.Metrics;

namespace Terrace.Fuzz.Targets;

/// <summary>OpenTelemetry's environment variables, and the host that a request names.</summary>
internal sealed class EnvironmentTarget : IFuzzTarget
{
    public string Name => "environment";

    public string Reads => "OTEL_* variables, Host fields of HTTP requests";

    public int MaxBytes => 512;

    public IReadOnlyList<string> Words =>
    [
        "ENDPOINT=http://localhost:4318", "HEADERS=", "TIMEOUT=", "COMPRESSION=gzip", "PROTOCOL=http/protobuf", "CERTIFICATE=",
        "METRICS_", "%2C", "%zz",
        "api-key=1,b=2", "service.name=", "[::1]:1", "localhost", "127.0.0.1",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        "ENDPOINT=http://localhost:4318\nHEADERS=api-key=a%20b,x=2\nTIMEOUT=1000\nCOMPRESSION=gzip\n",
        "METRICS_ENDPOINT=https://collector.example/v1/metrics\nRESOURCE=service.name=a,b=c\n",
        "localhost:9464",
        "[::1]:9464");

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        Dictionary<string, string> variables = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.Split('=', 2) is [string name, string value])
            {
                variables["OTEL_EXPORTER_OTLP_" + name] = value;
                variables["OTEL_RESOURCE_ATTRIBUTES"] = value;
            }
        }

        OtlpEnvironment environment = new(variables.GetValueOrDefault);
        OtlpSettings? settings = environment.Read(environment.NamesCollector ? null : new Uri("http://localhost:4318"), out string problem);
        Expect.That(settings is null == problem.Length > 0);
        if (settings is not null)
        {
            Expect.That(settings.Endpoint.IsAbsoluteUri);
            Expect.That(settings.Timeout > TimeSpan.Zero);
        }

        _ = HostName.IsThisHost(text);
    }
}
