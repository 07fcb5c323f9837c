using System.Net;
using Microsoft.Extensions.Logging;

namespace Terrace.Host.Metrics;

/// <summary>What is logged about metrics.</summary>
internal static partial class MetricsLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "metrics are at {Where}")]
    public static partial void Serving(ILogger logger, string where);

    [
        LoggerMessage(
            Level = LogLevel.Error,
            Message = "no metrics at {Address}: {Problem} — give 'metrics' another address, or stop what listens there, and "
                + "reload; management continues"),
    ]
    public static partial void NotServing(ILogger logger, EndPoint address, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "no metrics at {Address}: {Problem}; management continues")]
    public static partial void NotAllowed(ILogger logger, EndPoint address, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "metrics go to {Collector}")]
    public static partial void Pushing(ILogger logger, Uri collector);

    [LoggerMessage(Level = LogLevel.Error, Message = "metrics are not pushed: {Problem}; then restart the daemon. Management continues")]
    public static partial void NotPushing(ILogger logger, string problem);

    [
        LoggerMessage(
            Level = LogLevel.Warning,
            Message = "metrics do not reach {Collector}: {Problem} — is the collector up, and does it accept OTLP over HTTP there? Terrace "
                + "tries again"),
    ]
    public static partial void NotDelivered(ILogger logger, Uri collector, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "metrics reach {Collector} again")]
    public static partial void DeliveredAgain(ILogger logger, Uri collector);
}
