using Microsoft.Extensions.Logging;

namespace Terrace.Host.Tests.Daemon;

/// <summary>Keeps what is logged, as text.</summary>
internal sealed class Lines(List<string> texts) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        texts.Add(formatter(state, exception));
}
