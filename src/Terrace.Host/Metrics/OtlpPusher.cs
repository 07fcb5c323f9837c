using Microsoft.Extensions.Logging;

namespace Terrace.Host.Metrics;

/// <summary>
/// Pushes metrics to a collector by OTLP over HTTP (opentelemetry.io/docs/specs/otlp). What fails temporarily is sent again after pauses
/// that double, until the next push is due. What cannot be delivered by then is dropped, so that never more than one push is kept:
/// counters are cumulative, and the next makes up for it. The log says when deliveries begin to fail and when they succeed again, not
/// each time.
/// </summary>
internal sealed class OtlpPusher : IDisposable
{
    /// <summary>Time between two pushes.</summary>
    public static readonly TimeSpan StandardPeriod = TimeSpan.FromSeconds(30);

    /// <summary>The first pause before something is sent again; jitter makes it half to one and a half of that.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    /// <summary>A collector that asks to be left alone for longer is tried again after this time.</summary>
    private static readonly TimeSpan s_longestRest = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly OtlpClient _client;
    private readonly Func<Task<ReadOnlyMemory<byte>>> _read;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Random _jitter;
    private TimeSpan _rest;
    private bool _failing;

    private OtlpPusher(OtlpClient client, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log, TimeProvider time, Random jitter)
    {
        _client = client;
        _read = read;
        _log = log;
        _time = time;
        _jitter = jitter;
    }

    /// <summary>Begins to push what <paramref name="read"/> gives.</summary>
    /// <param name="client">Delivers; the pusher's own from now on.</param>
    /// <param name="period">Time between two pushes.</param>
    /// <param name="read">Gives the body of a push.</param>
    /// <param name="log">Told when deliveries fail.</param>
    /// <param name="time">Clock of periods and pauses.</param>
    /// <param name="jitter">Varies pauses, so that many hosts do not come back at once.</param>
    public static OtlpPusher Start(
        OtlpClient client,
        TimeSpan period,
        Func<Task<ReadOnlyMemory<byte>>> read,
        ILogger log,
        TimeProvider time,
        Random jitter)
    {
        OtlpPusher pusher = new(client, read, log, time, jitter);
        _ = pusher.RunAsync(period);
        return pusher;
    }

    public void Dispose()
    {
        // The loop may be using it still; it has no handle that needs giving back.
        _stop.Cancel();
    }

    private async Task RunAsync(TimeSpan period)
    {
        using PeriodicTimer timer = new(period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await PushAsync(period);
                if (_rest > TimeSpan.Zero)
                {
                    await Task.Delay(_rest, _time, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        finally
        {
            _client.Dispose();
        }
    }

    private async Task PushAsync(TimeSpan period)
    {
        ReadOnlyMemory<byte> body = await _read();
        long start = _time.GetTimestamp();
        TimeSpan pause = s_firstPause;
        while (true)
        {
            OtlpAnswer answer = await _client.SendAsync(body, _stop.Token);
            Tell(answer.Problem);
            TimeSpan wait = pause * (0.5 + _jitter.NextDouble());
            wait = answer.RetryAfter > wait ? answer.RetryAfter.Value : wait;
            if (!answer.MayRetry || wait >= period - _time.GetElapsedTime(start))
            {
                // Only what the collector asked for holds the next push up.
                _rest = answer.RetryAfter is null ? TimeSpan.Zero : wait < s_longestRest ? wait : s_longestRest;
                return;
            }

            await Task.Delay(wait, _time, _stop.Token);
            pause *= 2;
        }
    }

    private void Tell(string? problem)
    {
        if (problem is not null && !_failing)
        {
            MetricsLog.NotDelivered(_log, _client.Endpoint, problem);
        }
        else if (problem is null && _failing)
        {
            MetricsLog.DeliveredAgain(_log, _client.Endpoint);
        }

        _failing = problem is not null;
    }
}
