using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Terrace.Host.Daemon;

/// <summary>
/// Tells systemd how the service does (sd_notify(3)): ready, reloading, stopping, a line of status, and alive within the time
/// that its watchdog gives. Does
/// nothing elsewhere. Never waits: what the manager cannot take now (its queue is full, EAGAIN) is kept and sent at the next
/// <see cref="Alive"/>, a
/// newer state in place of an older one. For one thread only.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    /// <summary>
    /// The status that people see changes no more often, however many processes come and go: each change wakes whoever listens to
    /// the manager.
    /// </summary>
    private static readonly TimeSpan s_statusEvery = TimeSpan.FromSeconds(2);

    private static readonly byte[] s_alive = "WATCHDOG=1"u8.ToArray();

    private readonly string? _address;
    private readonly Socket? _socket;
    private readonly SocketAddress? _manager;
    private readonly TimeSpan? _watchdog;
    private long _aliveAt;
    private ServiceSummary _told;
    private long _toldAt;
    private string? _state;
    private string? _status;
    private string? _problem;
    private bool _hasTold;

    /// <summary>Speaks to a manager.</summary>
    /// <param name="address">Its socket, as in NOTIFY_SOCKET: a path, or an abstract name after an at sign; null or empty when
    /// there is none.</param>
    /// <param name="watchdog">How long it waits for <see cref="Alive"/> before it ends the service; null when it does not.</param>
    public ServiceNotifier(string? address, TimeSpan? watchdog)
    {
        if (string.IsNullOrEmpty(address))
        {
            return;
        }

        _address = address;
        _watchdog = watchdog;
        if (address[0] is not ('/' or '@'))
        {
            Fail("is neither a path nor an abstract name");
            return;
        }

        try
        {
            // Each message is sent to the address, not over a connection: a manager that creates its socket again is found again, as
            // by sd_notify itself. An
            // at sign stands for the zero byte of an abstract name (unix(7)).
            _manager = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address).Serialize();
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            Fail(error.Message);
        }
    }

    /// <summary>As the environment of this process says.</summary>
    public static ServiceNotifier FromEnvironment()
    {
        string? pid = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        bool mine = pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        bool watched = long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds > 0;
        return new ServiceNotifier(
            Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), mine && watched ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>It serves; also the end of a reload.</summary>
    public void Ready(ServiceSummary status) => Say("READY=1", Told(status));

    /// <summary>It reads its configuration again; <see cref="Ready"/> must follow, or the manager takes the reload to have hung.</summary>
    public void Reloading() => Say($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}", _status);

    /// <summary>It ends.</summary>
    public void Stopping() => Say("STOPPING=1", null);

    /// <summary>How it does, for people; sent when it has changed. To be called all the time.</summary>
    public void Status(ServiceSummary status)
    {
        if (status != _told && Stopwatch.GetElapsedTime(_toldAt) > s_statusEvery)
        {
            Say(_state, Told(status));
        }
    }

    /// <summary>
    /// To be called all the time: says that it is alive as often as the watchdog asks for, and sends what could not be sent
    /// before.
    /// </summary>
    public void Alive()
    {
        Flush();
        if (_watchdog is { } watchdog && (_aliveAt == 0 || Stopwatch.GetElapsedTime(_aliveAt) > watchdog / 3) && Send(s_alive))
        {
            _aliveAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Why the manager could not be told, once; null when it could, and from then on.</summary>
    public string? TakeProblem()
    {
        string? problem = _problem;
        _problem = null;
        return problem;
    }

    public void Dispose() => _socket?.Dispose();

    private string Told(ServiceSummary status)
    {
        _told = status;
        _toldAt = Stopwatch.GetTimestamp();
        return status.ToString();
    }

    private void Say(string? state, string? status)
    {
        _state = state;
        _status = status;
        Flush();
    }

    private void Flush()
    {
        if (
            (_state ?? _status) is not null
                && Send(
                    Encoding.UTF8.GetBytes(
                        _state is null ? $"STATUS={_status}" : _status is null ? _state : $"{_state}\nSTATUS={_status}")))
        {
            _state = null;
            _status = null;
        }
    }

    /// <summary>False when it is to be tried again.</summary>
    private bool Send(byte[] message)
    {
        try
        {
            _socket?.SendTo(message, SocketFlags.None, _manager!);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
        {
            return false;
        }
        catch (SocketException error)
        {
            // Trying again would not help: the socket is not there, or not for us. The service continues.
            Fail($"error {error.NativeErrorCode}: {error.Message}");
        }

        return true;
    }

    private void Fail(string reason)
    {
        _problem = _hasTold
            ? _problem
            : $"the service manager cannot be told how the daemon is doing: {_address}: {reason.TrimEnd('.')} — check that the unit's "
                + $"sandbox does not hide this socket (ProtectHome= hides /run/user, PrivateTmp= hides /tmp)";
        _hasTold = true;
    }
}
