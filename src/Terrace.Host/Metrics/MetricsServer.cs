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
    /// <exception cref="IOException">The socket cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The socket may not be made.</exception>
    public static WebServer Start(
        EndPoint address, WebLimits limits, Func<Task<ReadOnlyMemory<byte>>> read, ILogger log, string? group = null)
    {
        Dictionary<string, RequestDelegate> pages = new(StringComparer.Ordinal)
        {
            [Path] = async context => await WebAnswer.WriteAsync(context.Response, PrometheusText.ContentType, await read()),
        };
        return WebServer.Start(address, limits, pages, log, group);
    }
}
