using System.Collections.Concurrent;
using System.Threading.Channels;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Host.Guests;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>
/// Passes what happens on to those who follow it, as lines of JSON. One who reads too slowly loses the oldest lines; nobody can
/// make the daemon wait.
/// </summary>
internal sealed class EventHub : IRoundObserver, IDisposable
{
    private const int MaxWaiting = 256;

    private readonly ConcurrentDictionary<Channel<string>, Func<int, bool>> _followers = [];
    private readonly StringWriter _line = new();
    private readonly EventStream _stream;

    public EventHub() => _stream = new EventStream(_line, ownsOutput: true);

    /// <summary>Begins to follow; <paramref name="maySee"/> says of which processes, on the loop's thread. For any thread.</summary>
    public EventFeed Follow(Func<int, bool> maySee)
    {
        Channel<string> channel = Channel.CreateBounded<string>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _followers[channel] = maySee;
        return new EventFeed(channel.Reader, () => _followers.TryRemove(channel, out _));
    }

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        if (!_followers.IsEmpty)
        {
            _stream.OnRound(report, heat);
            Send(report.Pid);
        }
    }

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        if (!_followers.IsEmpty)
        {
            _stream.OnRoundBrokenOff(report);
            Send(report.Pid);
        }
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        if (!_followers.IsEmpty)
        {
            _stream.OnTargetGone(pid);
            Send(pid);
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        if (!_followers.IsEmpty)
        {
            _stream.OnScanFailed(pid, errno);
            Send(pid);
        }
    }

    /// <summary>Passes on that the host of this machine keeps its memory otherwise. Everybody may know.</summary>
    public void OnLayout(PublishedLayout layout, TimeSpan at)
    {
        if (!_followers.IsEmpty)
        {
            _stream.OnLayout(layout.Message.Epoch, layout.Message.Generation, layout.Layout.Ranges.Length, at);
            Send(pid: null);
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Send(int? pid)
    {
        string line = _line.ToString();
        _line.GetStringBuilder().Clear();
        foreach ((Channel<string> channel, Func<int, bool> maySee) in _followers)
        {
            if (pid is not { } process || maySee(process))
            {
                channel.Writer.TryWrite(line);
            }
        }
    }
}
