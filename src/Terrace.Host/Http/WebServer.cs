using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Terrace.Linux.Interop;

namespace Terrace.Host.Http;

/// <summary>
/// Serves pages to programs and people on the same host, by Kestrel without the rest of ASP.NET: no container of services, configuration,
/// routing, or console logger. Whoever else can reach the address gets the same, and cannot keep the daemon busy.
/// </summary>
internal sealed class WebServer : IDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly KestrelServer _server;
    private readonly WebDispatch _dispatch;
    private readonly TimeSpan _farewell;
    private string? _socket;

    private WebServer(KestrelServer server, WebDispatch dispatch, TimeSpan farewell)
    {
        _server = server;
        _dispatch = dispatch;
        _farewell = farewell;
    }

    /// <summary>Where it listens.</summary>
    public EndPoint Address { get; private set; } = null!;

    /// <summary>Begins to answer.</summary>
    /// <param name="address">
    /// A loopback address, or a Unix socket that only this user may connect to, unless there is a group. A socket that is found at the path
    /// is taken for a leftover; nothing else is removed.
    /// </param>
    /// <param name="limits">What clients may take.</param>
    /// <param name="pages">What answers GET and HEAD of each path.</param>
    /// <param name="log">Takes errors of the server and of pages.</param>
    /// <param name="group">Members of this group may use the socket, as root may; null for this user alone.</param>
    /// <exception cref="SocketException">The address is in use, or not this host's.</exception>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The socket may not be made.</exception>
    public static WebServer Start(
        EndPoint address,
        WebLimits limits,
        IReadOnlyDictionary<string, RequestDelegate> pages,
        ILogger log,
        string? group = null)
    {
        if (address is IPEndPoint { Address: var ip } && !IPAddress.IsLoopback(ip))
        {
            throw new ArgumentException("clients are not authenticated, so only those on this host may connect", nameof(address));
        }

        KestrelServerOptions options = OptionsFor(limits);
        ListenOptions? listening = null;
        WebPlaces places = new(limits.Connections);
        SocketGroup? members = group is null ? null : new SocketGroup(group);
        options.Listen(address, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            if (members is not null)
            {
                endpoint.Use(next => connection => members.ServeAsync(connection, next));
            }

            endpoint.Use(next => connection => places.ServeAsync(connection, next));
            listening = endpoint;
        });
        WebLog logs = new(log);
        SocketTransportFactory sockets = new(Options.Create(new SocketTransportOptions { Backlog = 4 * limits.Connections }), logs);
        KestrelServer kestrel = new(Options.Create(options), sockets, logs);
        WebServer server = new(kestrel, new WebDispatch(limits, pages, places, log), limits.Farewell);
        try
        {
            server.Listen(address, group is null ? UnixFileMode.UserRead | UnixFileMode.UserWrite : Everybody);
            server.Address = listening!.EndPoint;
            return server;
        }
        catch (Exception error)
        {
            server.Dispose();
            if (error.GetBaseException() is SocketException problem)
            {
                // Kestrel wraps some of them, with words of its own.
                ExceptionDispatchInfo.Throw(problem);
            }

            throw;
        }
    }

    /// <summary>Stops listening, and waits a little for answers under way.</summary>
    public void Dispose()
    {
        using CancellationTokenSource patience = new(_farewell);
        _server.StopAsync(patience.Token).GetAwaiter().GetResult();
        _server.Dispose();
        _dispatch.Dispose();
        if (_socket is not null)
        {
            File.Delete(_socket);
        }
    }

    private static KestrelServerOptions OptionsFor(WebLimits limits)
    {
        // The least rate at which an answer must be taken once the grace period is over, bytes a second. Kestrel allows no grace period
        // below one second, the interval at which it looks.
        const double LeastRate = 4096;
        TimeSpan least = TimeSpan.FromSeconds(2);
        KestrelServerOptions options = new() { AddServerHeader = false };
        // Places are given before; some of them may be on their way out.
        options.Limits.MaxConcurrentConnections = 4 * limits.Connections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestLineSize = limits.HeadBytes;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeadBytes;
        options.Limits.MaxRequestHeaderCount = 50;
        options.Limits.MaxRequestBufferSize = 2 * limits.HeadBytes;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.RequestHeadersTimeout = limits.Patience;
        options.Limits.KeepAliveTimeout = limits.Patience;
        options.Limits.MinResponseDataRate = new MinDataRate(LeastRate, limits.Patience > least ? limits.Patience : least);
        return options;
    }

    private void Listen(EndPoint address, UnixFileMode mode)
    {
        if (address is UnixDomainSocketEndPoint)
        {
            string path = address.ToString()!;
            if (OwnFolders.FirstOfOthers(path) is { } folder)
            {
                // Its mode is set by name.
                throw new IOException($"others may write to {folder}, or it is not there");
            }

            if (SocketFile.MakeRoom(path) is { } problem)
            {
                throw new IOException(problem);
            }
        }

        // Binding never waits, and the daemon's thread has no context to which anything would have to return.
        _server.StartAsync(_dispatch, CancellationToken.None).GetAwaiter().GetResult();
        if (address is UnixDomainSocketEndPoint)
        {
            _socket = address.ToString()!;
            File.SetUnixFileMode(_socket, mode);
        }
    }
}
