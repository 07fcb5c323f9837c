using System.Diagnostics;
using System.Net.Sockets;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// The daemon's control socket. Anybody may connect; what one may see and do depends on who the kernel says one is. Connections are few,
/// short of patience, paced by user and served one request at a time, so that no peer can keep the daemon busy, nor others out.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    private const int MaxConnections = 64;
    private const int LeastConnections = 8;

    /// <summary>Connections that the kernel keeps for us; more wait in connect(2).</summary>
    private const int Backlog = 128;

    /// <summary>A connection is a socket and the pidfd of its peer.</summary>
    private const int DescriptorsOfConnection = 2;

    /// <summary>
    /// After this many that were turned away in a row, the next is not asked for at once: who connects in a loop must not make the daemon
    /// loop too.
    /// </summary>
    private const int TurnedAwayAtOnce = 64;

    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The same after that much time: that is a twentieth of a CPU then, however slow it is. The kernel keeps some connections
    /// meanwhile, and has whoever wants another wait.
    /// </summary>
    private static readonly TimeSpan s_mostAtOnce = TimeSpan.FromMilliseconds(2);

    private const int BreathsOfTime = 20;

    private static readonly TimeSpan s_longestBreath = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly PeerPace _pace;
    private readonly GroupFile _group;

    private ControlServer(
        Socket listener, string path, Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> handle, int most, TimeProvider time)
    {
        _listener = listener;
        _path = path;
        _handle = handle;
        _pace = new PeerPace(time);
        _group = new GroupFile(FileTree.OfHost, PeerIdentity.Group);
        Places = new ControlPlaces(most, time);
    }

    /// <summary>Who is connected.</summary>
    public ControlPlaces Places { get; }

    /// <summary>Begins to listen. The caller holds the daemon's lock, so that a socket found at the path is a leftover.</summary>
    /// <param name="path">Path of the socket.</param>
    /// <param name="handle">Answers a request; called on any thread.</param>
    /// <param name="descriptors">Descriptors that there are for it and for whatever else is not a managed process: connections
    /// take half of them at most.</param>
    /// <param name="time">The clock; the system's unless a test stands in.</param>
    /// <exception cref="CommandFailure">The socket cannot be made.</exception>
    public static ControlServer Start(
        string path,
        Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> handle,
        int descriptors = int.MaxValue,
        TimeProvider? time = null)
    {
        int most = Math.Clamp(descriptors / 2 / DescriptorsOfConnection, LeastConnections, MaxConnections);
        if (SocketFile.MakeRoom(path) is { } problem)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"cannot make the control socket {path}: {problem}",
                "remove it, or name another folder with --run-folder");
        }

        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("666", 8));
            listener.Listen(Backlog);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"cannot make the control socket {path}: {OutputProblem.Of(error)}",
                "name a folder that root may write to with --run-folder");
        }

        ControlServer server = new(listener, path, handle, most, time ?? TimeProvider.System);
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
        int turnedAway = 0;
        TimeSpan spent = TimeSpan.Zero;
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

            long begun = Stopwatch.GetTimestamp();
            if (Enter(socket) is { } place)
            {
                (turnedAway, spent) = (0, TimeSpan.Zero);
                _ = ServeAsync(socket, place);
                continue;
            }

            socket.Dispose();

            // What accept(2) took was about as much.
            spent += Stopwatch.GetElapsedTime(begun) * 2;
            if (++turnedAway >= TurnedAwayAtOnce || spent >= s_mostAtOnce)
            {
                TimeSpan breath = spent * BreathsOfTime;
                (turnedAway, spent) = (0, TimeSpan.Zero);
                await Task.Delay(breath < s_breath ? s_breath : breath < s_longestBreath ? breath : s_longestBreath);
            }
        }
    }

    private ControlPlace? Enter(Socket socket)
    {
        if (PeerCredentials.Of(socket) is not { } credentials || !_pace.TryConnect(credentials.UserId))
        {
            return null;
        }

        PeerIdentity peer = PeerIdentity.Of(socket, credentials, _group);
        ControlPlace? place = _pace.TryConnect(peer) ? Places.TryEnter(peer, _stop.Token) : null;
        if (place is null)
        {
            peer.Dispose();
        }

        return place;
    }

    private async Task ServeAsync(Socket socket, ControlPlace place)
    {
        try
        {
            await new ControlConnection(socket, place, Places, _pace, _handle).ServeAsync();
        }
        finally
        {
            socket.Dispose();
            place.Peer.Dispose();
            Places.Leave(place);
        }
    }
}
