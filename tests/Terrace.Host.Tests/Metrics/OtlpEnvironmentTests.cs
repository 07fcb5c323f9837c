using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class OtlpEnvironmentTests
{
    private const string Base = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Theory]
    [InlineData(null, "http://all:4318", null, "http://all:4318/v1/metrics")]
    [InlineData(null, "https://all/tenant/", null, "https://all/tenant/v1/metrics")]
    [InlineData(null, "http://all:4318", "http://metrics:1/path", "http://metrics:1/path")]
    [InlineData("http://file:2", "http://all:4318", "http://metrics:1/path", "http://file:2/v1/metrics")]
    public void The_configuration_wins_over_the_variable_for_metrics_and_that_over_the_one_for_all(
        string? file,
        string all,
        string? metrics,
        string endpoint)
    {
        Uri? configured = file is null ? null : new Uri(file);
        OtlpSettings settings = Good(configured, (Base, all), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", metrics ?? ""));
        Assert.Equal(endpoint, settings.Endpoint.ToString());
    }

    [Fact]
    public void Without_other_variables_the_defaults_are_those_of_the_specification()
    {
        OtlpSettings settings = Good(new Uri("http://file"));
        Assert.Equal((TimeSpan.FromSeconds(10), false, null), (settings.Timeout, settings.Compress, settings.CertificateFile));
        Assert.Empty(settings.Headers);
        Assert.Empty(settings.Resource);
    }

    [Fact]
    public void All_variables_are_read_and_those_for_metrics_win()
    {
        OtlpSettings settings = Good(
            null,
            (Base, "http://all"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "lost=1"),
            ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "authorization=Bearer%20x%3Dy, x-tenant = a ,"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/a"),
            ("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "/b"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=lost,a=1"),
            ("OTEL_SERVICE_NAME", "kept"));
        Assert.Equal([new("authorization", "Bearer x=y"), new("x-tenant", "a")], settings.Headers);
        Assert.Equal((TimeSpan.FromMilliseconds(1500), true, "/b"), (settings.Timeout, settings.Compress, settings.CertificateFile));
        Assert.Equal([new("service.name", "kept"), new("a", "1")], settings.Resource);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc", "write http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "write http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "write none or gzip")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "0", "milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=1,secret", "item 2 without '='")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0d%0ab: c", "item 1")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "content-type=secret", "item 1")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "host=secret", "item 1")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret", "item 1")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://user:secret@all", "OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "secret", "http://127.0.0.1:4318")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES", "secret", "item 1 without '='")]
    public void What_is_wrong_is_said_by_name_and_no_secret_is_told(string name, string value, string said)
    {
        Assert.Null(Environment((Base, "http://all"), (name, value)).Read(null, out string problem));
        Assert.StartsWith(name, problem, StringComparison.Ordinal);
        Assert.Contains(said, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_an_address_in_the_environment_begins_pushes()
    {
        Assert.False(Environment((Base, " "), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b")).NamesCollector);
        Assert.True(Environment((Base, "http://all")).NamesCollector);
        Assert.True(Environment(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://all")).NamesCollector);
    }

    private static OtlpSettings Good(Uri? configured, params (string Name, string Value)[] variables)
    {
        OtlpSettings? settings = Environment(variables).Read(configured, out string problem);
        Assert.Equal("", problem);
        return settings!;
    }

    private static OtlpEnvironment Environment(params (string Name, string Value)[] variables) =>
        new(variables.ToDictionary(one => one.Name, one => one.Value).GetValueOrDefault);
}
