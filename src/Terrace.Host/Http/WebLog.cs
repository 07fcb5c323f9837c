using Microsoft.Extensions.Logging;

namespace Terrace.Host.Http;

/// <summary>Hands Kestrel's errors to the daemon's log, one line each. What clients do wrong is no error.</summary>
internal sealed class WebLog(ILogger log) : ILoggerFactory, ILogger
{
    private static readonly Action<ILogger, string, string, Exception?> s_pageFailed = LoggerMessage.Define<string, string>(
        LogLevel.Error,
        new EventId(0, nameof(PageFailed)),
        "the page {Path} failed: {Problem}");

    private static readonly Action<ILogger, string, Exception?> s_serverFailed = LoggerMessage.Define<string>(
        LogLevel.Error,
        new EventId(0, nameof(ServerFailed)),
        "the web server failed: {Problem}");

    public static void PageFailed(ILogger logger, string path, string problem) => s_pageFailed(logger, path, problem, null);

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

    private static void ServerFailed(ILogger logger, string problem) => s_serverFailed(logger, problem, null);
}
