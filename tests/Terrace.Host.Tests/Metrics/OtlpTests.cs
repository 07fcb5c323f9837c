using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class OtlpTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(20);
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(7);

    [Fact]
    public async Task A_push_has_every_metric_with_its_labels_and_values()
    {
        using CollectorStub collector = new();
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(10);
        daemon.Book.Publish(MeasuredDaemon.Host, [MeasuredDaemon.Of(MeasuredDaemon.Group)]);
        IReadOnlyList<MetricFamily> families = daemon.Reader.Read();
        using OtlpPusher pusher = Start(collector.Address, () => Task.FromResult(Request(families)), daemon.Log);
        (string head, byte[] body) = await collector.TakeAsync();
        Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/x-protobuf\r\n", head, StringComparison.Ordinal);
        IReadOnlyList<(string Path, int WireType, byte[] Value)> fields = WireMessage.Read(body);
        Assert.Equal(
            families.Where(family => family.Points.Count > 0).Select(family => family.Name),
            fields.Where(field => field.Path == WireMessage.Name).Select(field => WireMessage.Text(field.Value)));
        Assert.Contains(fields, field => field.Path == "1.2.2.7.1.7.2.1" && WireMessage.Text(field.Value) == MeasuredDaemon.Group);
        Assert.Contains(fields, field => field.Path == "1.2.2.5.1.4" && WireMessage.Double(field.Value) == 0.4);
        Assert.Contains(fields, field => field.Path == "1.1.1.2.1" && WireMessage.Text(field.Value) == "terrace");
    }

    [Fact]
    public async Task What_is_sent_has_the_form_of_OpenTelemetrys_own_exporter()
    {
        using CollectorStub collector = new();
        using Meter meter = new("terrace.tests.oracle");
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .AddOtlpExporter(options =>
            {
                options.Endpoint = OtlpSettings.EndpointOf(collector.Address);
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
            })
            .Build();
        meter.CreateObservableGauge(
            "a.gauge", () => new Measurement<double>(0.5, new KeyValuePair<string, object?>("tier", "0")), "By", "first");
        meter.CreateObservableCounter(
            "b.counter", () => new Measurement<double>(7, new KeyValuePair<string, object?>("tier", "1")), "s", "second");
        Histogram<double> histogram = meter.CreateHistogram(
            "c.histogram", "s", "third", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        using MeterReader reader = new(meter);
        histogram.Record(3);
        provider.ForceFlush();
        IReadOnlyList<(string Path, int WireType, byte[] Value)> theirs = WireMessage.Read((await collector.TakeAsync()).Body);
        IReadOnlyList<(string Path, int WireType, byte[] Value)> ours = WireMessage.Read(Request(reader.Read()));
        Assert.Empty(ours.Select(field => (field.Path, field.WireType)).Except(theirs.Select(field => (field.Path, field.WireType))));
        foreach (
            string path in new[]
            {
                WireMessage.Name,
                "1.2.2.2",
                "1.2.2.3",
                "1.2.2.5.1.4",
                "1.2.2.5.1.7.1",
                "1.2.2.5.1.7.2.1",
                "1.2.2.7.1.4",
                "1.2.2.7.2",
                "1.2.2.7.3",
                "1.2.2.9.2",
                "1.2.2.9.1.4",
                "1.2.2.9.1.5",
                "1.2.2.9.1.6",
                "1.2.2.9.1.7",
            })
        {
            Assert.NotEmpty(Values(ours, path));
            Assert.Equal(Values(theirs, path), Values(ours, path));
        }
    }

    [Fact]
    public void Times_are_nanoseconds_since_1970()
    {
        using MeasuredDaemon daemon = new();
        IReadOnlyList<(string Path, int WireType, byte[] Value)> fields = WireMessage.Read(Request(daemon.Reader.Read()));
        Assert.Equal(
            [5_000_000_000UL],
            fields.Where(field => field.Path == "1.2.2.7.1.2").Select(field => BitConverter.ToUInt64(field.Value)).Distinct());
        Assert.Equal(
            [7_000_000_000UL],
            fields.Where(field => field.Path == "1.2.2.7.1.3").Select(field => BitConverter.ToUInt64(field.Value)).Distinct());
    }

    [Theory]
    [InlineData("HTTP/1.1 500 no\r\n\r\n", "status 500")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP")]
    [InlineData("", "does not speak HTTP")]
    public async Task What_cannot_be_delivered_is_said_once_and_so_is_its_end(string answer, string said)
    {
        using CollectorStub collector = new() { Answer = answer };
        KeptLog log = new(LogLevel.Information);
        using OtlpPusher pusher = Start(collector.Address, One, log);
        for (int i = 0; i < 4; i++)
        {
            await collector.TakeAsync();
        }

        collector.Answer = CollectorStub.Taken;
        while (log.Lines.Count < 2)
        {
            await collector.TakeAsync();
        }

        Assert.StartsWith("Warning: metrics do not reach", log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Information: metrics reach", log.Lines[1], StringComparison.Ordinal);
        Assert.Contains(said, log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_said_with_the_address()
    {
        TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Uri address = new($"http://{free.LocalEndpoint}");
        free.Dispose();
        KeptLog log = new(LogLevel.Information);
        using (Start(address, One, log))
        {
            while (log.Lines.Count == 0)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        Assert.Contains($"{address}v1/metrics", log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("refused", log.Lines[0], StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/metrics")]
    [InlineData("http://collector:4318/", "http://collector:4318/v1/metrics")]
    [InlineData("http://collector/tenant/", "http://collector/tenant/v1/metrics")]
    public void The_signals_path_is_appended_to_the_collectors_address(string address, string endpoint) =>
        Assert.Equal(endpoint, OtlpSettings.EndpointOf(new Uri(address)).ToString());

    private static OtlpPusher Start(Uri collector, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log)
    {
        OtlpClient client = OtlpClient.Open(new OtlpSettings { Endpoint = OtlpSettings.EndpointOf(collector) }, TlsLibrary.Names, out _)!;
        return OtlpPusher.Start(client, s_soon, read, log, TimeProvider.System, new Random(1));
    }

    private static Task<ReadOnlyMemory<byte>> One() => Task.FromResult<ReadOnlyMemory<byte>>(new byte[] { 1 });

    private static ReadOnlyMemory<byte> Request(IReadOnlyList<MetricFamily> families) =>
        OtlpRequest.Of(families, [new("service.name", "terrace")], "1.2.3", s_start, s_now);

    private static IEnumerable<string> Values(IEnumerable<(string Path, int WireType, byte[] Value)> fields, string path) =>
        fields.Where(field => field.Path == path).Select(field => Convert.ToHexString(field.Value));
}
