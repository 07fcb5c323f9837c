using System.Collections.Concurrent;
using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Host.Loop;

/// <summary>
/// Drives the tiering loop in real time on the calling thread: steps it when something is due, does work that other threads hand
/// in, calls back at
/// a steady pace in between, and ends when told to. The one place where engine, clock, other threads and stop signals meet.
/// </summary>
internal sealed class TieringHost : ILoopThread, IDisposable
{
    private static readonly TimeSpan s_steady = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<Action> _work = new();
    private readonly LoopSignal _wake = new();

    private readonly TimeSpan _quiet;

    private ThreadClock? _clock;
    private TimeSpan _notTiering;
    private TimeSpan _earlier;
    private TimeSpan? _beforeWork;

    /// <summary>
    /// Makes one that manages nothing yet; <paramref name="quiet"/> is the time between ticks while nothing happens, a second
    /// unless a test stands in.
    /// </summary>
    public TieringHost(IMachine machine, TieringOptions options, IRoundObserver observer, TimeSpan? quiet = null)
    {
        Engine = new TieringEngine(machine, options, TimeProvider.System, observer, () => TieringTime);
        _quiet = quiet ?? TimeSpan.FromSeconds(1);
    }

    /// <summary>The loop; only to be used on the thread that runs it.</summary>
    public TieringEngine Engine { get; }

    /// <summary>Processes being managed.</summary>
    public int Targets => Engine.Count;

    /// <summary>Memory that tracking holds, bytes.</summary>
    public long TrackingBytes => Engine.TrackingBytes;

    /// <summary>Manages a process, which the host then owns.</summary>
    public void Add(IManagedProcess process, FastShare share) => Engine.Add(process, share);

    /// <summary>True when the process is being managed.</summary>
    public bool Manages(int pid) => Engine.Pids.Contains(pid);

    /// <summary>
    /// Processor time of the threads that tier, which the limit is for: the loop's since it runs, without the work that others handed in,
    /// and that of helpers. What clients ask of the program is not paid by those whose memory is managed; who asks is paced instead. For
    /// the loop's thread.
    /// </summary>
    public TimeSpan TieringTime => LoopTime + (HelperTime?.Invoke() ?? TimeSpan.Zero);

    /// <summary>Processor time of other threads that tier; null for none.</summary>
    public Func<TimeSpan>? HelperTime { get; set; }

    /// <inheritdoc/>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Enqueue(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception fault)
            {
                // Who asked is told; it must not end the loop.
                done.SetException(fault);
            }
        });
        _wake.Set();
        return done.Task;
    }

    /// <summary>
    /// Runs until stopped, until <paramref name="duration"/> has passed, or until <paramref name="onTick"/> says so. That is
    /// called four times a second, or, after it
    /// said <see cref="LoopPace.Quiet"/>, once a second and a quarter of a second after the last call at the earliest when there
    /// are <paramref name="news"/>.
    /// </summary>
    public void Run(TimeSpan? duration, Func<LoopPace> onTick, CancellationToken stop, EpollSet? news = null)
    {
        BeginClock();
        try
        {
            Loop(duration, onTick, news, stop);
        }
        finally
        {
            // What rounds under way have done is reported.
            Engine.BreakOff();
            EndClock();
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        _wake.Dispose();
    }

    private void Loop(TimeSpan? duration, Func<LoopPace> onTick, EpollSet? news, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan ticked = -_quiet;
        LoopPace pace = LoopPace.Steady;
        using CancellationTokenRegistration stopping = stop.Register(_wake.Set);
        while (!stop.IsCancellationRequested)
        {
            DoWork();

            TimeSpan now = Stopwatch.GetElapsedTime(start);
            if (now >= duration)
            {
                return;
            }

            if (now >= ticked + SpanOf(pace))
            {
                ticked = now;
                pace = onTick();
                if (pace == LoopPace.End)
                {
                    return;
                }
            }

            TimeSpan wait = Engine.Step();
            now = Stopwatch.GetElapsedTime(start);
            wait = Least(wait, ticked + SpanOf(pace) - now);
            wait = duration is { } end ? Least(wait, end - now) : wait;
            if (wait > TimeSpan.Zero && _wake.Wait(wait, pace == LoopPace.Quiet ? news : null))
            {
                // Not waited for again until the tick, which may have to wait a little.
                pace = LoopPace.Steady;
            }
        }
    }

    private TimeSpan LoopTime => _beforeWork ?? _earlier + (_clock?.Spent ?? TimeSpan.Zero) - _notTiering;

    // What the thread did before, for example starting the program, is not tiering.
    private void BeginClock()
    {
        _clock = ThreadClock.OfThisThread;
        _notTiering = _clock.Spent ?? TimeSpan.Zero;
    }

    private void EndClock()
    {
        _earlier = LoopTime;
        (_clock, _notTiering) = (null, TimeSpan.Zero);
    }

    private void DoWork()
    {
        if (_work.IsEmpty)
        {
            return;
        }

        TimeSpan begun = LoopTime;
        _beforeWork = begun;
        while (_work.TryDequeue(out Action? work))
        {
            work();
        }

        _beforeWork = null;
        _notTiering += LoopTime - begun;
    }

    private TimeSpan SpanOf(LoopPace pace) => pace == LoopPace.Quiet ? _quiet : s_steady;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
