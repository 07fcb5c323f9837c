using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Terrace.Host.Configuration;
using Terrace.Host.Http;

namespace Terrace.Host.Metrics;

/// <summary>
/// Where metrics go: as the configuration says, and nowhere when it says nothing. Nothing is counted, made or listened to before.
/// What is told is published by the loop's
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
    private WebServer? _server;
    private (EndPoint Address, string? Group)? _address;
    private string? _serverProblem;
    private OtlpPusher? _pusher;
    private Uri? _collector;
    private string? _pusherProblem;
    private IReadOnlyList<KeyValuePair<string, string>> _resource = [];

    /// <summary>Time between two pushes to a collector.</summary>
    public TimeSpan Period { get; init; } = OtlpPusher.StandardPeriod;

    /// <summary>Reads an environment variable: what the configuration does not say of pushes, the environment may.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What lets this process use the network where it may not; null when nothing here is known to.</summary>
    public string? NetworkFix { get; init; }

    /// <summary>Why there are no metrics where the configuration or the environment wants them.</summary>
    public IEnumerable<string> Problems => new[] { _serverProblem, _pusherProblem }.OfType<string>();

    /// <summary>Does what a configuration says, from now on. For the loop's thread.</summary>
    public void Follow(DaemonConfiguration configuration)
    {
        OtlpEnvironment environment = new(Variable);
        bool push = configuration.Collector is not null || environment.NamesCollector;
        if (configuration.MetricsAddress is null && !push)
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

        book.TellNames(configuration.MetricsNames);
        Serve(configuration.MetricsAddress is { } address ? (address, configuration.MetricsGroup) : null);
        if (push)
        {
            Push(configuration.Collector, environment);
        }
        else
        {
            EndPush();
        }
    }

    public void Dispose() => TurnOff();

    private void Serve((EndPoint Address, string? Group)? wanted)
    {
        if (_server is not null && wanted == _address)
        {
            return;
        }

        _server?.Dispose();
        _server = null;
        _serverProblem = null;
        _address = wanted;
        if (wanted is not { } given)
        {
            return;
        }

        (EndPoint address, string? group) = given;
        if (address is IPEndPoint && NetworkProblem() is { } closed)
        {
            _serverProblem = $"no metrics at {address}: {closed}";
            MetricsLog.NotAllowed(log, address, closed);
            return;
        }

        try
        {
            _server = MetricsServer.Start(address, new WebLimits(), ReadTextAsync, log, group);
            MetricsLog.Serving(log, address is IPEndPoint ? $"http://{address}{MetricsServer.Path}" : $"{MetricsServer.Path} of {address}");
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            // Memory is managed whether somebody watches or not.
            _serverProblem = $"no metrics at {address}: {error.Message}";
            MetricsLog.NotServing(log, address, error.Message);
        }
    }

    private void Push(Uri? collector, OtlpEnvironment environment)
    {
        // The environment of a process does not change.
        if (_pusher is not null && collector == _collector)
        {
            return;
        }

        EndPush();
        _collector = collector;
        OtlpSettings? settings = environment.Read(collector, out string problem);
        if (NetworkProblem() is { } closed)
        {
            (settings, problem) = (null, closed);
        }

        OtlpClient? client = settings is null ? null : OtlpClient.Open(settings, TlsLibrary.Names, out problem);
        if (settings is null || client is null)
        {
            _pusherProblem = $"metrics are not pushed: {problem}";
            MetricsLog.NotPushing(log, problem);
            return;
        }

        _resource = settings.Resource;
        _pusher = OtlpPusher.Start(client, Period, ReadRequestAsync, log, TimeProvider.System, Random.Shared);
        MetricsLog.Pushing(log, client.Endpoint);
    }

    private void EndPush()
    {
        _pusher?.Dispose();
        _pusher = null;
        _pusherProblem = null;
    }

    /// <summary>Why no connection can be made, of whatever version of IP; null when one can. The unit forbids both.</summary>
    private string? NetworkProblem()
    {
        try
        {
            using Socket any = new(SocketType.Stream, ProtocolType.Tcp);
            return null;
        }
        catch (SocketException error)
        {
            return $"the network may not be used ({error.SocketErrorCode}){(NetworkFix is null ? "" : " — " + NetworkFix)}";
        }
    }

    private void TurnOff()
    {
        Serve(null);
        EndPush();
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
        KeyValuePair<string, string>[] own =
        [
            new("service.name", "terrace"),
            new("service.version", version),
            new("service.instance.id", instance),
            new("host.name", Environment.MachineName),
        ];
        IEnumerable<KeyValuePair<string, string>> resource =
            own.Where(attribute => !_resource.Any(set => set.Key == attribute.Key)).Concat(_resource);
        return OtlpRequest.Of(await ReadAsync(), [.. resource], version, _startedAt, DateTimeOffset.UtcNow);
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
