using Microsoft.Extensions.Logging;
using Terrace.Host.Files;

namespace Terrace.Host.Daemon;

/// <summary>
/// Logs to a stream, a line for each message. For systemd's journal lines begin with their priority (sd-daemon(3),
/// <c>&lt;6&gt;</c>); for people with
/// the time of day.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="forJournal">The stream goes to the journal.</param>
/// <param name="time">The clock.</param>
/// <param name="least">What is less important is left out.</param>
internal sealed class JournalLogger(TextWriter output, bool forJournal, TimeProvider time, LogLevel least) : ILogger
{
    private readonly Lock _gate = new();

    /// <summary>True when systemd connected stderr to its journal.</summary>
    public static bool StandardErrorIsJournal => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string message = formatter(state, exception);
        if (exception is not null)
        {
            message += $": {exception}";
        }

        // One message is one line, or its other lines would have no priority and could pretend to be messages.
        message = Printable.Of(message.ReplaceLineEndings(" "));
        string start = forJournal
            ? $"<{PriorityOf(logLevel)}>"
            : $"{time.GetLocalNow():HH:mm:ss} {(logLevel >= LogLevel.Warning ? logLevel.ToString().ToLowerInvariant() + ": " : "")}";
        lock (_gate)
        {
            output.WriteLine(start + message);
        }
    }

    // syslog(3): 2 critical, 3 error, 4 warning, 6 informational, 7 debug.
    private static int PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
