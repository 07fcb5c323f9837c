using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Terrace.Host.Metrics;

/// <summary>
/// Pushes metrics to a collector by OTLP over HTTP (opentelemetry.io/docs/specs/otlp). What cannot be delivered is dropped: counters are cumulative, so that the next
/// push makes up for it. The log says when deliveries begin to fail and when they succeed again, not each time.
/// </summary>
internal sealed class OtlpPusher : IDisposable
{
    /// <summary>Time between two pushes.</summary>
    public static readonly TimeSpan StandardPeriod = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _collector;
    private readonly Func<Task<ReadOnlyMemory<byte>>> _read;
    private readonly ILogger _log;
    private bool _failing;

    private OtlpPusher(Uri collector, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log)
    {
        _collector = collector;
        _read = read;
        _log = log;
    }

    /// <summary>Begins to push what <paramref name="read"/> gives.</summary>
    public static OtlpPusher Start(Uri collector, TimeSpan period, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log)
    {
        OtlpPusher pusher = new(collector, read, log);
        _ = pusher.RunAsync(period);
        return pusher;
    }

    /// <summary>Where a collector's base address takes metrics (OTLP specification, "Endpoint URLs for OTLP/HTTP").</summary>
    public static Uri EndpointOf(Uri address) => new(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/v1/metrics");

    public void Dispose()
    {
        // The loop may be using it still; it has no handle that needs giving back.
        _stop.Cancel();
    }

    private async Task RunAsync(TimeSpan period)
    {
        using PeriodicTimer timer = new(period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await PushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task PushAsync()
    {
        string? problem = null;
        try
        {
            ReadOnlyMemory<byte> body = await _read();
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(s_patience);
            int? status = await HttpPost.SendAsync(EndpointOf(_collector), "application/x-protobuf", body, patience.Token);
            problem = status is >= 200 and < 300 ? null : status is { } code ? $"it answers with status {code}" : "what answers there does not speak HTTP";
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            problem = $"no answer within {s_patience.TotalSeconds} s";
        }
        catch (SocketException error)
        {
            problem = error.Message;
        }

        if (problem is not null && !_failing)
        {
            MetricsLog.NotDelivered(_log, _collector, problem);
        }
        else if (problem is null && _failing)
        {
            MetricsLog.DeliveredAgain(_log, _collector);
        }

        _failing = problem is not null;
    }
}
