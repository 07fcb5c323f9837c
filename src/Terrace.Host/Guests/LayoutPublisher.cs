using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Host.Control;
using Terrace.Linux.Interop;

namespace Terrace.Host.Guests;

/// <summary>
/// Tells guests where their memory lies, on a thread of its own, which sleeps while there are none. Looking costs CPU time in
/// proportion to the guest's memory: it is done only for a guest that asks, one at a time, and
/// so rarely that it takes no more than a part of the daemon's CPU limit.
/// </summary>
internal sealed class LayoutPublisher : IDisposable
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<int, IGuestSource?> _open;
    private readonly long _epoch;

    // Not those of the loop, which would wait while these do.
    private readonly BoundedCalls _calls = new();
    private readonly TimeSpan _leastEvery;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<int, PublishedGuest> _guests = [];
    private readonly ConcurrentDictionary<int, LayoutStatus> _status = [];

    // Until the daemon ends, or they are not to be told any more.
    private readonly HashSet<int> _faulty = [];
    private Thread? _thread;
    private volatile ThreadClock? _clock;
    private Order _order = new([], new Topology([]), 0.01);

    /// <summary>Makes one that tells nobody yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="log">Who is told, and who cannot be.</param>
    /// <param name="open">Makes the guest of a process, null when that has ended; <see cref="QemuGuest.TryOpen"/> unless a test
    /// stands in.</param>
    /// <param name="leastEvery">Least time between two looks.</param>
    public LayoutPublisher(TimeProvider time, ILogger log, Func<int, IGuestSource?>? open = null, TimeSpan? leastEvery = null)
    {
        _open = open ?? (pid => QemuGuest.TryOpen(pid, _calls));
        _leastEvery = leastEvery ?? TimeSpan.FromSeconds(3);
        _time = time;
        _log = log;
        _epoch = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>Says which guests are to be told. For one thread.</summary>
    /// <param name="guests">Processes and their names.</param>
    /// <param name="topology">The host's nodes.</param>
    /// <param name="part">Part of one CPU that looking may take.</param>
    public void Follow(IReadOnlyList<(int Pid, string Name)> guests, Topology topology, double part)
    {
        Volatile.Write(ref _order, new Order(guests, topology, part));
        if (_thread is null)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "layouts", Priority = ThreadPriority.BelowNormal };
            _thread.Start();
        }

        _wake.Set();
    }

    /// <summary>Processor time that looking has taken. For any thread.</summary>
    public TimeSpan Spent => (_clock?.Spent ?? TimeSpan.Zero) + _calls.Spent;

    /// <summary>A group with how its guests are told. For any thread.</summary>
    public GroupStatus AddTo(GroupStatus group) => _status.IsEmpty ? group : group with
    {
        Processes =
        [
            .. group.Processes.Select(
                process => _status.TryGetValue(process.Pid, out LayoutStatus? status) ? process with { Layout = status } : process),
        ],
    };

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        _thread?.Join();
        foreach (PublishedGuest guest in _guests.Values)
        {
            guest.Dispose();
        }

        _calls.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        _clock = ThreadClock.OfThisThread;
        Order? done = null;
        TimeSpan every = _leastEvery;
        long lookedAt = 0;
        bool looked = false;
        while (!_stop.IsCancellationRequested)
        {
            Order order = Volatile.Read(ref _order);
            if (!ReferenceEquals(done, order))
            {
                TakeUp(order);
                done = order;
            }

            bool ended = false;
            foreach (PublishedGuest guest in _guests.Values.ToList())
            {
                Guarded(guest, () => guest.Turn(every * _guests.Count));
                ended |= !guest.IsAlive;
            }

            if (ended)
            {
                // Its number may be another process's by now, which is to be told as well.
                DropEnded();
                done = null;
            }

            if (
                (!looked || _time.GetElapsedTime(lookedAt) >= every)
                    && _guests.Values.Where(guest => guest.WantsLook).MinBy(guest => guest.LookedAt) is { } next)
            {
                long begin = _time.GetTimestamp();
                Guarded(next, () => next.Look(order.Topology, _stop.Token));
                TimeSpan took = _time.GetElapsedTime(begin);
                every = took / Math.Max(order.Part, 0.0001);
                every = every > _leastEvery ? every : _leastEvery;
                (lookedAt, looked) = (_time.GetTimestamp(), true);
                Guarded(next, () => next.Turn(every * _guests.Count));
            }

            _wake.WaitOne(_guests.Count == 0 ? Timeout.InfiniteTimeSpan : _guests.Values.Any(guest => guest.IsBusy) ? s_soon : s_turn);
        }
    }

    // What a guest's process says of itself, and the guest, are its own doing: a fault over it is that guest's alone.
    private void Guarded(PublishedGuest guest, Action work)
    {
        try
        {
            if (_guests.ContainsKey(guest.Pid))
            {
                work();
                _status[guest.Pid] = guest.Status;
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            GuestLog.Fault(_log, guest.Pid, fault);
            _faulty.Add(guest.Pid);
            _guests.Remove(guest.Pid);
            _status.TryRemove(guest.Pid, out _);
            guest.Dispose();
        }
    }

    private void DropEnded()
    {
        foreach (PublishedGuest guest in _guests.Values.Where(guest => !guest.IsAlive).ToList())
        {
            _guests.Remove(guest.Pid);
            _status.TryRemove(guest.Pid, out _);
            guest.Dispose();
        }
    }

    // A guest that stays keeps its connection and its generations.
    private void TakeUp(Order order)
    {
        _faulty.IntersectWith(order.Guests.Select(guest => guest.Pid));
        foreach (int pid in _guests.Keys.Except(order.Guests.Select(guest => guest.Pid)).ToList())
        {
            _guests.Remove(pid, out PublishedGuest? gone);
            _status.TryRemove(pid, out _);
            gone!.Dispose();
        }

        foreach ((int pid, string name) in order.Guests)
        {
            if (!_guests.ContainsKey(pid) && !_faulty.Contains(pid) && _open(pid) is { } guest)
            {
                _guests[pid] = new PublishedGuest(guest, name, _epoch, _time, _log, _calls);
            }
        }
    }

    private sealed record Order(IReadOnlyList<(int Pid, string Name)> Guests, Topology Topology, double Part);
}
