using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Terrace.Host.Configuration;

namespace Terrace.Host.Metrics;

/// <summary>
/// Where metrics go: as the configuration says, and nowhere when it says nothing. Nothing is counted, made or listened to before. What is told is published by the loop's
/// thread when somebody asks, once a second at most; while that thread is busy for longer, what was published last is told.
/// </summary>
internal sealed class MetricsOutlets(MetricsRegistry book, Func<Task> publish, LogCounts log, string version, string instance) : IDisposable
{
    /// <summary>What was published stays good for so long.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TerraceInstruments? _instruments;
    private MeterReader? _reader;
    private DateTimeOffset _startedAt;
    private Task _publishing = Task.CompletedTask;
    private long? _publishedAt;
    private (ReadOnlyMemory<byte> Text, long At)? _text;
    private MetricsServer? _server;
    private IPEndPoint? _address;
    private OtlpPusher? _pusher;
    private Uri? _collector;

    /// <summary>Time between two pushes to a collector.</summary>
    public TimeSpan Period { get; init; } = OtlpPusher.StandardPeriod;

    /// <summary>Why there are no metrics where the configuration wants them; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Does what a configuration says, from now on. For the loop's thread.</summary>
    public void Follow(DaemonConfiguration configuration)
    {
        if (configuration.MetricsAddress is null && configuration.Collector is null)
        {
            TurnOff();
            return;
        }

        if (_instruments is null)
        {
            _instruments = new TerraceInstruments(book, log, version);
            _reader = new MeterReader(_instruments.Meter);
            _startedAt = DateTimeOffset.UtcNow;
            book.TurnOn(_instruments.RecordStall);
        }

        Serve(configuration.MetricsAddress);
        Push(configuration.Collector);
    }

    public void Dispose() => TurnOff();

    private void Serve(IPEndPoint? address)
    {
        if (_server is not null && address?.Equals(_address) == true)
        {
            return;
        }

        _server?.Dispose();
        _server = null;
        Problem = null;
        _address = address;
        if (address is null)
        {
            return;
        }

        try
        {
            _server = MetricsServer.Start(address, MetricsServer.StandardPatience, ReadTextAsync);
            MetricsLog.Serving(log, address);
        }
        catch (SocketException error)
        {
            // Memory is managed whether somebody watches or not.
            Problem = $"no metrics at {address}: {error.Message}";
            MetricsLog.NotServing(log, address, error.Message);
        }
    }

    private void Push(Uri? collector)
    {
        if (collector == _collector)
        {
            return;
        }

        _pusher?.Dispose();
        _pusher = null;
        _collector = collector;
        if (collector is not null)
        {
            _pusher = OtlpPusher.Start(collector, Period, ReadRequestAsync, log);
            MetricsLog.Pushing(log, collector);
        }
    }

    private void TurnOff()
    {
        Serve(null);
        Push(null);
        book.TurnOff();
        _reader?.Dispose();
        _instruments?.Dispose();
        (_reader, _instruments, _publishedAt, _text) = (null, null, null, null);
    }

    private async Task<ReadOnlyMemory<byte>> ReadTextAsync()
    {
        lock (_gate)
        {
            if (_text is { } known && Stopwatch.GetElapsedTime(known.At) < s_fresh)
            {
                return known.Text;
            }
        }

        byte[] text = PrometheusText.Of(await ReadAsync());
        lock (_gate)
        {
            _text = (text, Stopwatch.GetTimestamp());
        }

        return text;
    }

    private async Task<ReadOnlyMemory<byte>> ReadRequestAsync()
    {
        KeyValuePair<string, string>[] resource = [new("service.name", "terrace"), new("service.version", version), new("service.instance.id", instance), new("host.name", Environment.MachineName)];
        return OtlpRequest.Of(await ReadAsync(), resource, version, _startedAt, DateTimeOffset.UtcNow);
    }

    private async Task<IReadOnlyList<MetricFamily>> ReadAsync()
    {
        Task publishing;
        lock (_gate)
        {
            if (_publishing.IsCompleted && (_publishedAt is not { } at || Stopwatch.GetElapsedTime(at) >= s_fresh))
            {
                _publishedAt = Stopwatch.GetTimestamp();
                _publishing = publish();
            }

            publishing = _publishing;
        }

        try
        {
            await publishing.WaitAsync(s_fresh);
        }
        catch (TimeoutException)
        {
            // A scan of a very large process is under way.
        }

        return _reader?.Read() ?? [];
    }
}
