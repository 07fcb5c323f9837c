using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Linux.Interop;

namespace Terrace.Host.Guests;

/// <summary>
/// A guest that is told where its memory lies: finds its channel, connects, and answers when it asks. For the publisher's thread
/// only.
/// </summary>
internal sealed class PublishedGuest : IDisposable
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <summary>A guest that asks without end gets an answer so often.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(1);

    /// <summary>An unchanged layout is confirmed so often.</summary>
    private static readonly TimeSpan s_confirm = TimeSpan.FromSeconds(10);

    private readonly IGuestSource _guest;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly BoundedCalls? _calls;
    private readonly LayoutGenerations _layouts;
    private readonly long _begin;
    private LayoutFeed? _feed;
    private TimeSpan _connectAt;
    private TimeSpan _connectedAt;
    private bool _hasAsked;
    private TimeSpan _wait = s_firstWait;
    private TimeSpan _askedAt;
    private TimeSpan _answeredAt;
    private TimeSpan _lookedAt = TimeSpan.MinValue;
    private LayoutRequest? _asked;
    private string _problem = "";

    /// <summary>Takes over <paramref name="guest"/>.</summary>
    public PublishedGuest(IGuestSource guest, string name, long epoch, TimeProvider time, ILogger log, BoundedCalls? calls = null)
    {
        _calls = calls;
        _guest = guest;
        _name = name;
        _time = time;
        _log = log;
        _layouts = new LayoutGenerations(epoch);
        _begin = time.GetTimestamp();
    }

    /// <summary>The process.</summary>
    public int Pid => _guest.Pid;

    /// <summary>How it is told, for people.</summary>
    public LayoutStatus Status => new()
    {
        Generation = _layouts.Newest?.Generation,
        State = _problem.Length > 0 ? LayoutStatus.Failed : !_hasAsked ? LayoutStatus.Waiting : LayoutStatus.Told,
        Problem = _problem.Length > 0 ? _problem : null,
    };

    /// <summary>It has asked, and nobody has looked since: an answer waits for a look.</summary>
    public bool WantsLook => _feed is { IsSending: false } && _asked is not null && _lookedAt < _askedAt;

    /// <summary>What was sent is not out yet and the guest takes it, so that it should come to turn soon.</summary>
    public bool IsBusy => _feed is { IsSending: true, IsTaken: true };

    /// <summary>False when the process has ended.</summary>
    public bool IsAlive => _guest.IsAlive;

    /// <summary>When it was looked at last, for who is next.</summary>
    public TimeSpan LookedAt => _lookedAt;

    private TimeSpan Now => _time.GetElapsedTime(_begin);

    /// <summary>Does what can be done without waiting.</summary>
    /// <param name="every">Time between two looks, as the guest is told.</param>
    public void Turn(TimeSpan every)
    {
        if (_feed is null && !TryConnect())
        {
            return;
        }

        if (!_feed!.Pump())
        {
            Disconnect("the guest's channel was closed");
            return;
        }

        if (_feed.Asked is { } asked && !ReferenceEquals(asked, _asked))
        {
            // Who asks again has waited since it asked first.
            _askedAt = _asked is null ? Now : _askedAt;
            _asked = asked;
            if (!_hasAsked)
            {
                _hasAsked = true;
                _problem = "";
                GuestLog.LayoutPublished(_log, Pid, _name);
            }
        }

        if (_asked is not null && !_feed.IsSending && Now - _answeredAt >= s_pace && AnswerTo(_asked) is { } answer)
        {
            _feed.Answer(answer with { EverySeconds = Math.Round(every.TotalSeconds, 1) });
            (_asked, _answeredAt) = (null, Now);
            if (!_feed.Pump())
            {
                Disconnect("the guest's channel was closed");
            }
        }
    }

    /// <summary>Looks where its memory lies.</summary>
    public void Look(Topology topology, CancellationToken stop)
    {
        Problem? problem = _guest.Look(_layouts, topology, stop);
        _lookedAt = Now;
        if (problem is not null)
        {
            Note(problem.ToString());
        }
        else
        {
            _problem = "";
        }
    }

    public void Dispose()
    {
        _feed?.Dispose();
        _guest.Dispose();
    }

    // At once when it has another layout; else, when somebody looked since it asked, now and then, that nothing changed.
    private LayoutMessage? AnswerTo(LayoutRequest asked)
    {
        if (_layouts.Newest is not { } message || _lookedAt < _askedAt)
        {
            return null;
        }

        bool has = (asked.Epoch, asked.Have) == (message.Epoch, message.Generation);
        return !has ? message
            : Now - _askedAt >= s_confirm ? new LayoutMessage { Epoch = message.Epoch, Generation = message.Generation }
            : null;
    }

    private bool TryConnect()
    {
        if (Now < _connectAt)
        {
            return false;
        }

        if (_guest.SocketPath(out Problem? problem) is { } path)
        {
            _feed = LayoutFeed.TryConnect(path, Pid, out string refused, _calls);
            problem = _feed is null
                ? new Problem($"{path}: {refused}", "the chardev must be server=on, and nobody else may be connected")
                : null;
        }

        if (_feed is null)
        {
            Note(problem!.ToString());
            PutOff();
            return false;
        }

        (_asked, _answeredAt, _connectedAt, _hasAsked) = (null, TimeSpan.MinValue / 2, Now, false);
        return true;
    }

    private void Disconnect(string why)
    {
        _feed!.Dispose();
        _feed = null;
        _asked = null;

        // Who closes the channel again and again is not connected to, nor written about, without end.
        _wait = Now - _connectedAt >= s_longestWait ? s_firstWait : _wait;
        PutOff();
        Note(why);
    }

    private void PutOff()
    {
        _connectAt = Now + _wait;
        _wait = _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
    }

    // Said once, not at every attempt.
    private void Note(string problem)
    {
        if (_problem != problem && _guest.IsAlive)
        {
            _problem = problem;
            GuestLog.LayoutNotPublished(_log, Pid, _name, problem);
        }
    }
}
