using System.Text.Json;
using Terrace.Core.Layout;
using Terrace.Host.Failures;
using Terrace.Host.Guests;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Layout.Follow;

/// <summary>
/// A guest's side of the channel: it asks its host where its memory lies, is answered when that is another layout than the one it
/// has, and asks again. What the host sends is checked before anything of it is
/// believed. Since nothing is sent that was not asked for, no old layout can lie in a buffer; and one that is answered to another
/// question is dropped.
/// </summary>
internal sealed class LayoutFollower(
    FollowOptions options,
    TimeProvider time,
    Action<PublishedLayout, ulong?> changed, Action<LayoutMessage> lost, Action<string> complain) : IDisposable
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_leastEvery = TimeSpan.FromSeconds(1);

    private readonly byte[] _bytes = new byte[64 * 1024];
    private readonly LineFeed _lines = new(LayoutChannel.MaxMessageBytes);
    private readonly LayoutBook _book = new(MemoryLayout.Empty);

    // Not of RandomNumberGenerator, which wants OpenSSL: a small guest has none.
    private readonly string _ask = Guid.NewGuid().ToString("n");
    private readonly LayoutHook? _hook = options.Command is { } command ? new LayoutHook(command, options.Path, complain) : null;
    private HostPort? _port;
    private bool _asked;
    private long _tookAt = time.GetTimestamp() - (long)(s_leastEvery.TotalSeconds * time.TimestampFrequency);
    private long _askedAt;
    private long _answeredAt;
    private bool _live;
    private bool _seen;
    private string _complained = "";

    /// <summary>The newest layout; null before the first.</summary>
    public PublishedLayout? Current { get; private set; }

    /// <summary>Layouts so far.</summary>
    public long Count => _book.Commits;

    /// <summary>True while the host confirms what it told.</summary>
    public bool IsLive => _live;

    /// <summary>Follows until stopped, or until the first layout when that is all that is wanted.</summary>
    /// <exception cref="CommandFailure">There is no such device, or it may not be opened; or the file cannot be written.</exception>
    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !(options.Once && Current is not null))
        {
            Turn(stop);
        }

        _hook?.Finish(options.Once ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(2));
    }

    public void Dispose()
    {
        _port?.Dispose();
        _hook?.Dispose();
        if (Current is not null)
        {
            // What nobody follows any more is not kept.
            FollowedLayout.Remove(options.Path);
        }
    }

    private void Turn(CancellationToken stop)
    {
        _hook?.Tick();
        LoseWhenSilent();
        if (_port is null && !Open())
        {
            stop.WaitHandle.WaitOne(s_turn);
            return;
        }

        // A host that sends one layout after the other is heard once a second.
        if ((!_asked && time.GetElapsedTime(_tookAt) >= s_leastEvery) || time.GetElapsedTime(_askedAt) >= options.AskAgain)
        {
            Ask();
        }

        if (!_port!.WaitToRead(s_turn))
        {
            return;
        }

        int read = _port.Read(_bytes);
        if (read > 0)
        {
            _lines.Add(_bytes.AsSpan(0, read));
            while (_lines.TryTake(out ReadOnlySpan<byte> line))
            {
                Take(line);
            }

            if (_lines.Dropped > 0)
            {
                Complain($"the host sent a line of more than {LayoutChannel.MaxMessageBytes} bytes, which is not a layout");
            }
        }
        else if (read != -Errno.EAGAIN && read != -Errno.EINTR)
        {
            // The host is not there. A device stays open; what was being sent is lost.
            _lines.Clear();
            _asked = false;
            if (read < 0 || _port.IsSocket)
            {
                _port.Dispose();
                _port = null;
            }

            stop.WaitHandle.WaitOne(s_turn);
        }
    }

    private bool Open()
    {
        int error = HostPort.TryOpen(options.Device, out _port);
        _asked = false;
        if (error != 0 && !_seen)
        {
            throw error switch
            {
                Errno.ENOENT when FileStatus.TryReadLink(options.Device, out _) == 0 => new CommandFailure(
                    ExitCode.Unavailable,
                    $"'{options.Device}' is a symbolic link to nothing",
                    "name the port's device with --device, such as /dev/virtio-ports/NAME"),
                Errno.ENOENT => new CommandFailure(
                    ExitCode.Unavailable,
                    $"there is no '{options.Device}': the host gives this machine no such port",
                    "on the host: " + LayoutChannel.Fix),
                Errno.EACCES or Errno.EPERM => new CommandFailure(
                    ExitCode.NotPermitted, $"'{options.Device}' may not be opened", "run it with sudo: sudo terrace layout follow"),
                Errno.ENOTTY => new CommandFailure(
                    ExitCode.Usage,
                    $"'{options.Device}' is neither a port of the host nor a socket",
                    "name the port's device with --device, such as /dev/virtio-ports/NAME"),
                Errno.ELOOP or Errno.ENOTDIR or Errno.ENAMETOOLONG => new CommandFailure(
                    ExitCode.Usage,
                    $"'{options.Device}' cannot be opened: {ErrorWords.Of(error)}",
                    "name the port's device with --device, such as /dev/virtio-ports/NAME"),
                Errno.EBUSY => new CommandFailure(
                    ExitCode.Unavailable, $"another program has '{options.Device}' open", "is a terrace layout follow running already?"),
                _ => new CommandFailure(
                    ExitCode.Unavailable,
                    $"'{options.Device}' cannot be opened: {ErrorWords.Of(error)}",
                    "name the port's device with --device"),
            };
        }

        _seen = true;
        return error == 0;
    }

    private void Ask()
    {
        LayoutRequest request = new()
        {
            Version = LayoutChannel.Version,
            Ask = _ask,
            Epoch = Current?.Message.Epoch ?? 0,
            Have = Current?.Message.Generation ?? 0,
        };

        // A newline first ends what a follower before this one may have left unfinished.
        byte[] line = [(byte)'\n', .. JsonSerializer.SerializeToUtf8Bytes(request, LayoutJson.Line.LayoutRequest), (byte)'\n'];
        int written = _port!.Write(line);
        _asked = written == line.Length;
        _askedAt = time.GetTimestamp();
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        LayoutMessage? message = PublishedLayout.Parse(line);
        if (message is null || message.Ask != _ask || !_asked)
        {
            // The end of what was sent to a follower before this one, or not for this one, or not asked for.
            return;
        }

        _asked = false;
        if (message.Ranges is null)
        {
            if (Current is { } same && (message.Epoch, message.Generation) == (same.Message.Epoch, same.Message.Generation))
            {
                Confirm();
            }

            return;
        }

        if (Current is { } current && message.Epoch == current.Message.Epoch && message.Generation <= current.Message.Generation)
        {
            // Asked twice and answered twice.
            return;
        }

        if (PublishedLayout.Of(message, out string problem) is not { } layout)
        {
            Complain($"the host's layout is not valid: {problem}");
            _asked = true;
            return;
        }

        _tookAt = time.GetTimestamp();
        bool first = Current is null;
        ulong moved = 0;
        foreach (LayoutChange change in MemoryLayout.Diff(_book.Current, layout.Layout).Where(change => change.From >= 0 && change.To >= 0))
        {
            moved += (change.End - change.Start) * (ulong)layout.Message.PageBytes;
        }

        _book.TryPrepare(layout.Layout);
        _book.TryCommit();
        Current = layout;
        _live = true;
        _answeredAt = time.GetTimestamp();
        FollowedLayout.Write(options.Path, layout.Message, live: true);
        changed(layout, first ? null : moved);
        _hook?.Call(layout.Message, live: true);
        _complained = "";
    }

    private void Confirm()
    {
        _answeredAt = time.GetTimestamp();
        if (!_live)
        {
            _live = true;
            FollowedLayout.Write(options.Path, Current!.Message, live: true);
            changed(Current, 0);
            _hook?.Call(Current.Message, live: true);
        }
    }

    private void LoseWhenSilent()
    {
        if (!_live || Current is not { } current)
        {
            return;
        }

        TimeSpan own = TimeSpan.FromSeconds(Math.Min(current.Message.EverySeconds * 3, 3600));
        if (time.GetElapsedTime(_answeredAt) > (own > options.Patience ? own : options.Patience))
        {
            _live = false;
            FollowedLayout.Write(options.Path, current.Message, live: false);
            lost(current.Message);
            _hook?.Call(current.Message, live: false);
        }
    }

    private void Complain(string what)
    {
        if (_complained != what)
        {
            _complained = what;
            complain(what);
        }
    }
}
