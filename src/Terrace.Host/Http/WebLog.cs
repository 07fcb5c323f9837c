using Microsoft.Extensions.Logging;

namespace Terrace.Host.Http;

/// <summary>Hands Kestrel's errors to the daemon's log, one line each. What clients do wrong is no error.</summary>
internal sealed partial class WebLog(ILogger log) : ILoggerFactory, ILogger
{
    [LoggerMessage(Level = LogLevel.Error, Message = "the page {Path} failed: {Problem}")]
    public static partial void PageFailed(ILogger logger, string path, string problem);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            ServerFailed(log, exception is null ? formatter(state, null) : $"{formatter(state, null)} {exception.Message}");
        }
    }

    public void Dispose()
    {
        // The daemon's log is not its own.
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the web server failed: {Problem}")]
    private static partial void ServerFailed(ILogger logger, string problem);
}
