using System.Collections.Concurrent;
using System.Net.Sockets;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Host.Daemon;

/// <summary>
/// The daemon's control socket. Anybody may connect; what one may see and do depends on who the kernel says one is. Connections
/// are few, short of
/// patience and served one request at a time, so that no peer can keep the daemon busy.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    private const int MaxConnections = 64;
    private const int LeastConnections = 8;
    private const int MaxConnectionsOfUser = 8;

    /// <summary>A connection is a socket and the pidfd of its peer.</summary>
    private const int DescriptorsOfConnection = 2;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> _handle;
    private readonly int _most;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<uint, int> _connectionsOf = [];
    private int _connections;

    private ControlServer(Socket listener, string path, Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> handle, int most)
    {
        _most = most;
        _listener = listener;
        _path = path;
        _handle = handle;
    }

    /// <summary>Begins to listen. The caller holds the daemon's lock, so that a socket found at the path is a leftover.</summary>
    /// <param name="path">Path of the socket.</param>
    /// <param name="handle">Answers a request; called on any thread.</param>
    /// <param name="descriptors">Descriptors that there are for it and for whatever else is not a managed process: connections
    /// take half of them at most.</param>
    /// <exception cref="CommandFailure">The socket cannot be made.</exception>
    public static ControlServer Start(
        string path, Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> handle, int descriptors = int.MaxValue)
    {
        int most = Math.Clamp(descriptors / 2 / DescriptorsOfConnection, LeastConnections, MaxConnections);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("666", 8));
            listener.Listen(16);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"cannot make the control socket {path}: {OutputProblem.Of(error)}",
                "name a folder that root may write to with --run-folder");
        }

        ControlServer server = new(listener, path, handle, most);
        _ = server.AcceptAsync();
        return server;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket? socket = null;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                // Out of descriptors, for example: others may go meanwhile.
                await Task.Delay(TimeSpan.FromMilliseconds(200));
                continue;
            }

            PeerIdentity? peer = PeerIdentity.Of(socket);
            if (peer is not null && TryEnter(peer.UserId))
            {
                _ = ServeAsync(socket, peer);
            }
            else
            {
                peer?.Dispose();
                socket.Dispose();
            }
        }
    }

    private async Task ServeAsync(Socket socket, PeerIdentity peer)
    {
        try
        {
            await new ControlConnection(socket, peer, _handle).ServeAsync(_stop.Token);
        }
        finally
        {
            socket.Dispose();
            peer.Dispose();
            Leave(peer.UserId);
        }
    }

    private void Leave(uint user)
    {
        Interlocked.Decrement(ref _connections);
        _connectionsOf.AddOrUpdate(user, 0, (_, count) => count - 1);
    }

    private bool TryEnter(uint user)
    {
        // Some places are kept for root, whom a crowd of others must not lock out.
        int most = user == 0 ? _most : _most / 2;
        int mostOfUser = user == 0 ? _most : MaxConnectionsOfUser;
        bool fits = Interlocked.Increment(ref _connections) <= most;
        if (fits & _connectionsOf.AddOrUpdate(user, 1, (_, count) => count + 1) <= mostOfUser)
        {
            return true;
        }

        Leave(user);
        return false;
    }
}
