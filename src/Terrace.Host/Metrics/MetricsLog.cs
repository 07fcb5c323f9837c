using System.Net;
using Microsoft.Extensions.Logging;

namespace Terrace.Host.Metrics;

/// <summary>What is logged about metrics.</summary>
/// <remarks>
/// Without the generator of [LoggerMessage]: it writes several classes in another order each time, so that two builds of the same
/// sources differ. One class of the assembly, the daemon's log, has it.
/// </remarks>
internal static class MetricsLog
{
    private static readonly Action<ILogger, string, Exception?> s_serving = LoggerMessage.Define<string>(
        LogLevel.Information,
        new EventId(0, nameof(Serving)),
        "metrics are at {Where}");

    private static readonly Action<ILogger, EndPoint, string, Exception?> s_notServing = LoggerMessage.Define<EndPoint, string>(
        LogLevel.Error,
        new EventId(0, nameof(NotServing)),
        "no metrics at {Address}: {Problem} — give 'metrics' another address, or stop what listens "
            + "there, and reload; management continues");

    private static readonly Action<ILogger, EndPoint, string, Exception?> s_notAllowed = LoggerMessage.Define<EndPoint, string>(
        LogLevel.Error,
        new EventId(0, nameof(NotAllowed)),
        "no metrics at {Address}: {Problem}; management continues");

    private static readonly Action<ILogger, Uri, Exception?> s_pushing = LoggerMessage.Define<Uri>(
        LogLevel.Information,
        new EventId(0, nameof(Pushing)),
        "metrics go to {Collector}");

    private static readonly Action<ILogger, string, Exception?> s_notPushing = LoggerMessage.Define<string>(
        LogLevel.Error,
        new EventId(0, nameof(NotPushing)),
        "metrics are not pushed: {Problem}; then restart the daemon. Management continues");

    private static readonly Action<ILogger, Uri, string, Exception?> s_notDelivered = LoggerMessage.Define<Uri, string>(
        LogLevel.Warning,
        new EventId(0, nameof(NotDelivered)),
        "metrics do not reach {Collector}: {Problem} — is the collector up, and does it accept OTLP "
            + "over HTTP there? Terrace tries again");

    private static readonly Action<ILogger, Uri, Exception?> s_deliveredAgain = LoggerMessage.Define<Uri>(
        LogLevel.Information,
        new EventId(0, nameof(DeliveredAgain)),
        "metrics reach {Collector} again");

    public static void Serving(ILogger logger, string where) => s_serving(logger, where, null);

    public static void NotServing(ILogger logger, EndPoint address, string problem) => s_notServing(logger, address, problem, null);

    public static void NotAllowed(ILogger logger, EndPoint address, string problem) => s_notAllowed(logger, address, problem, null);

    public static void Pushing(ILogger logger, Uri collector) => s_pushing(logger, collector, null);

    public static void NotPushing(ILogger logger, string problem) => s_notPushing(logger, problem, null);

    public static void NotDelivered(ILogger logger, Uri collector, string problem) => s_notDelivered(logger, collector, problem, null);

    public static void DeliveredAgain(ILogger logger, Uri collector) => s_deliveredAgain(logger, collector, null);
}
