using Microsoft.Extensions.Logging;

namespace Terrace.Host.Metrics;

/// <summary>A log that counts its warnings and errors on their way to another.</summary>
internal sealed class LogCounts(ILogger inner) : ILogger
{
    private long _warnings;
    private long _errors;

    public long Warnings => Interlocked.Read(ref _warnings);

    public long Errors => Interlocked.Read(ref _errors);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Warning)
        {
            Interlocked.Increment(ref _warnings);
        }
        else if (logLevel is LogLevel.Error or LogLevel.Critical)
        {
            Interlocked.Increment(ref _errors);
        }

        inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
