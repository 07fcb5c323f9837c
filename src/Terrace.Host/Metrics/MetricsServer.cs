using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Terrace.Host.Http;

namespace Terrace.Host.Metrics;

/// <summary>
/// The web server that answers scrapes. Apart from <see cref="MetricsOutlets"/>, so that a daemon without metrics loads nothing of it.
/// </summary>
internal static class MetricsServer
{
    public const string Path = "/metrics";

    /// <summary>Begins to answer with what <paramref name="read"/> gives.</summary>
    /// <exception cref="SocketException">The address is in use, or not this host's.</exception>
    public static WebServer Start(IPEndPoint address, WebLimits limits, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log)
    {
        Dictionary<string, RequestDelegate> pages = new(StringComparer.Ordinal)
        {
            [Path] = async context => await WebAnswer.WriteAsync(context.Response, PrometheusText.ContentType, await read()),
        };
        return WebServer.Start(address, limits, pages, log);
    }
}
