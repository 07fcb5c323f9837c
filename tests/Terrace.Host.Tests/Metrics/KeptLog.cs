using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Terrace.Host.Tests.Metrics;

/// <summary>Keeps what is logged, for any thread.</summary>
internal sealed class KeptLog(LogLevel least) : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Level and message of each.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
