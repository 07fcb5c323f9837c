using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Terrace.Host.Configuration;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class MetricsOutletsTests
{
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
        Assert.Contains("terrace_group_budget_bytes{group=\"databases\"", await HttpAsk.AskAsync(first, HttpAsk.Scrape), StringComparison.Ordinal);
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
        Assert.Contains($"{address}", outlets.Problem, StringComparison.Ordinal);
        string line = Assert.Single(_log.Lines);
        Assert.StartsWith($"Error: no metrics at {address}: ", line, StringComparison.Ordinal);
        Assert.Contains("another port", line, StringComparison.Ordinal);
        other.Dispose();
        outlets.Follow(new DaemonConfiguration { MetricsAddress = address });
        Assert.Null(outlets.Problem);
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
        Assert.Equal(["service.name", "service.version", "service.instance.id", "host.name"], fields.Where(field => field.Path == "1.1.1.1").Select(field => WireMessage.Text(field.Value)));
    }

    private static IPEndPoint FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private MetricsOutlets Outlets(Func<Task> publish, TimeSpan? period = null) =>
        new(_book, publish, new LogCounts(_log), "1.2.3", "here:/run/terrace") { Period = period ?? OtlpPusher.StandardPeriod };

    private Task Publish()
    {
        _book.Publish(MeasuredDaemon.Host, [MeasuredDaemon.Of(MeasuredDaemon.Group)]);
        return Task.CompletedTask;
    }
}
