using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Cli.Daemon;

/// <summary>Tells systemd how the service does (sd_notify(3)): ready, reloading, stopping, and alive within the time that its watchdog gives. Does nothing elsewhere.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly TimeSpan? _watchdog;
    private long _lastAlive;

    public ServiceNotifier()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return;
        }

        try
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // An at sign stands for the zero byte of an abstract address.
            _socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            _socket?.Dispose();
            _socket = null;
        }

        bool mine = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (mine && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0)
        {
            _watchdog = TimeSpan.FromMicroseconds(microseconds);
        }
    }

    /// <summary>It serves.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>It reads its configuration anew; <see cref="Ready"/> must follow.</summary>
    public void Reloading() => Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    /// <summary>It ends.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>It is alive; sent as often as the watchdog asks for.</summary>
    public void Alive()
    {
        if (_watchdog is { } watchdog && (_lastAlive == 0 || Stopwatch.GetElapsedTime(_lastAlive) > watchdog / 3))
        {
            _lastAlive = Stopwatch.GetTimestamp();
            Send("WATCHDOG=1");
        }
    }

    public void Dispose() => _socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // The service manager is not there any more; the service goes on.
        }
    }
}
