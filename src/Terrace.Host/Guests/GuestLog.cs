using Microsoft.Extensions.Logging;

namespace Terrace.Host.Guests;

/// <summary>What is logged of guests that are told where their memory lies.</summary>
/// <remarks>
/// Without the generator of [LoggerMessage]: it writes several classes in another order each time, so that two builds of the same
/// sources differ. One class of the assembly, the daemon's log, has it.
/// </remarks>
internal static class GuestLog
{
    private static readonly Action<ILogger, int, string, Exception?> s_layoutPublished = LoggerMessage.Define<int, string>(
        LogLevel.Information,
        new EventId(0, nameof(LayoutPublished)),
        "guest {Pid} ({Name}) is told where its memory lies, when it asks");

    private static readonly Action<ILogger, int, Exception?> s_fault = LoggerMessage.Define<int>(
        LogLevel.Error,
        new EventId(0, nameof(Fault)),
        "a fault while telling guest {Pid} where its memory lies: it is left alone");

    private static readonly Action<ILogger, int, string, string, Exception?> s_layoutNotPublished =
        LoggerMessage.Define<int, string, string>(
            LogLevel.Warning,
            new EventId(0, nameof(LayoutNotPublished)),
            "guest {Pid} ({Name}) cannot be told where its memory lies: {Problem}");

    public static void LayoutPublished(ILogger logger, int pid, string name) => s_layoutPublished(logger, pid, name, null);

    public static void Fault(ILogger logger, int pid, Exception fault) => s_fault(logger, pid, fault);

    public static void LayoutNotPublished(ILogger logger, int pid, string name, string problem) =>
        s_layoutNotPublished(logger, pid, name, problem, null);
}
