using Microsoft.Extensions.Logging;

namespace Terrace.Host.Guests;

/// <summary>What is logged of guests that are told where their memory lies.</summary>
internal static partial class GuestLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "guest {Pid} ({Name}) is told where its memory lies, when it asks")]
    public static partial void LayoutPublished(ILogger logger, int pid, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while telling guest {Pid} where its memory lies: it is left alone")]
    public static partial void Fault(ILogger logger, int pid, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "guest {Pid} ({Name}) cannot be told where its memory lies: {Problem}")]
    public static partial void LayoutNotPublished(ILogger logger, int pid, string name, string problem);
}
