using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Terrace.Host.Configuration;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class MetricsOutletsTests
{
    private readonly Dictionary<string, string> _environment = [];
    private readonly KeptLog _log = new(LogLevel.Warning);
    private readonly MetricsRegistry _book = new(_ => new GroupLabels(MeasuredDaemon.Group, "rule"));

    [Fact]
    public async Task Metrics_are_served_moved_and_ended_as_the_configuration_says()
    {
        using MetricsOutlets outlets = Outlets(Publish);
        IPEndPoint first = FreePort();
        IPEndPoint second = FreePort();
        outlets.Follow(new DaemonConfiguration());
        Assert.False(_book.IsOn);
        outlets.Follow(new DaemonConfiguration { MetricsAddress = first });
        Assert.True(_book.IsOn);
        Assert.Contains(
            "terrace_group_budget_bytes{group=\"databases\"", await HttpAsk.AskAsync(first, HttpAsk.Scrape), StringComparison.Ordinal);
        outlets.Follow(new DaemonConfiguration { MetricsAddress = second });
        await Assert.ThrowsAsync<SocketException>(() => HttpAsk.AskAsync(first, HttpAsk.Scrape));
        Assert.Contains("terrace_processes 2\n", await HttpAsk.AskAsync(second, HttpAsk.Scrape), StringComparison.Ordinal);
        outlets.Follow(new DaemonConfiguration());
        await Assert.ThrowsAsync<SocketException>(() => HttpAsk.AskAsync(second, HttpAsk.Scrape));
        Assert.False(_book.IsOn);
    }

    [Fact]
    public async Task A_port_in_use_is_one_error_and_a_reload_tries_again()
    {
        using MetricsOutlets outlets = Outlets(Publish);
        TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        IPEndPoint address = (IPEndPoint)other.LocalEndpoint;
        outlets.Follow(new DaemonConfiguration { MetricsAddress = address });
        Assert.Contains($"{address}", Assert.Single(outlets.Problems), StringComparison.Ordinal);
        string line = Assert.Single(_log.Lines);
        Assert.StartsWith($"Error: no metrics at {address}: ", line, StringComparison.Ordinal);
        Assert.Contains("another address", line, StringComparison.Ordinal);
        other.Dispose();
        outlets.Follow(new DaemonConfiguration { MetricsAddress = address });
        Assert.Empty(outlets.Problems);
        Assert.Contains(" 200 OK", await HttpAsk.AskAsync(address, HttpAsk.Scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_loop_is_busy_for_long_what_is_known_is_told()
    {
        TaskCompletionSource never = new();
        using MetricsOutlets outlets = Outlets(() => never.Task);
        IPEndPoint address = FreePort();
        outlets.Follow(new DaemonConfiguration { MetricsAddress = address });
        Assert.Contains("terrace_processes 0\n", await HttpAsk.AskAsync(address, HttpAsk.Scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_scrapes_at_once_ask_the_loop_once()
    {
        int published = 0;
        using MetricsOutlets outlets = Outlets(() =>
        {
            Interlocked.Increment(ref published);
            return Publish();
        });
        IPEndPoint address = FreePort();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        outlets.Follow(new DaemonConfiguration { MetricsAddress = address });
        for (int i = 0; i < 10; i++)
        {
            await HttpAsk.AskAsync(address, HttpAsk.Scrape);
        }

        Assert.InRange(published, 1, 1 + (int)System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    [Fact]
    public async Task A_collector_gets_the_daemons_metrics()
    {
        using CollectorStub collector = new();
        using MetricsOutlets outlets = Outlets(Publish, period: TimeSpan.FromMilliseconds(20));
        outlets.Follow(new DaemonConfiguration { Collector = collector.Address });
        IReadOnlyList<(string Path, int WireType, byte[] Value)> fields = WireMessage.Read((await collector.TakeAsync()).Body);
        Assert.Contains(fields, field => field.Path == WireMessage.Name && WireMessage.Text(field.Value) == "terrace.group.fast_share");
        Assert.Equal(
            ["service.name", "service.version", "service.instance.id", "host.name"],
            fields.Where(field => field.Path == "1.1.1.1").Select(field => WireMessage.Text(field.Value)));
    }

    [Fact]
    public async Task The_environment_names_the_collector_and_the_resource_when_the_configuration_is_silent()
    {
        using CollectorStub ofAll = new();
        using CollectorStub ofConfiguration = new();
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = ofAll.Address.ToString();
        _environment["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=other,deployment.environment=a%20b";
        _environment["OTEL_SERVICE_NAME"] = "mine";
        using MetricsOutlets outlets = Outlets(Publish, period: TimeSpan.FromMilliseconds(20));
        outlets.Follow(new DaemonConfiguration());
        (string head, byte[] body) = await ofAll.TakeAsync();
        Assert.StartsWith("POST /v1/metrics ", head, StringComparison.Ordinal);
        IReadOnlyList<(string Path, int WireType, byte[] Value)> fields = WireMessage.Read(body);
        Assert.Equal(
            ["service.version", "service.instance.id", "host.name", "service.name", "deployment.environment"],
            fields.Where(field => field.Path == "1.1.1.1").Select(field => WireMessage.Text(field.Value)));
        IEnumerable<string> values = fields.Where(field => field.Path == "1.1.1.2.1").Select(field => WireMessage.Text(field.Value));
        Assert.Equal(["mine", "a b"], values.TakeLast(2));
        outlets.Follow(new DaemonConfiguration { Collector = ofConfiguration.Address });
        Assert.NotEmpty((await ofConfiguration.TakeAsync()).Body);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void What_the_environment_says_wrongly_is_one_error_and_a_warning_of_status()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4317";
        _environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        using MetricsOutlets outlets = Outlets(Publish);
        outlets.Follow(new DaemonConfiguration());
        string said = Assert.Single(outlets.Problems);
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'", said, StringComparison.Ordinal);
        Assert.Contains("write http/protobuf", said, StringComparison.Ordinal);
        Assert.StartsWith("Error: metrics are not pushed: ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private static IPEndPoint FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private MetricsOutlets Outlets(Func<Task> publish, TimeSpan? period = null) =>
        new(_book, publish, new LogCounts(_log), "1.2.3", "here:/run/terrace")
        {
            Period = period ?? OtlpPusher.StandardPeriod,
            Variable = _environment.GetValueOrDefault,
        };

    private Task Publish()
    {
        _book.Publish(MeasuredDaemon.Host, [MeasuredDaemon.Of(MeasuredDaemon.Group)]);
        return Task.CompletedTask;
    }
}
