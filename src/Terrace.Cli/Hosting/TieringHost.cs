using System.Collections.Concurrent;
using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tiering;

namespace Terrace.Cli.Hosting;

/// <summary>
/// Drives the tiering loop in real time on the calling thread: steps it when something is due, does work that other threads hand in, calls back at
/// a steady pace in between, and ends when told to. The one place where engine, clock, other threads and stop signals meet.
/// </summary>
internal sealed class TieringHost : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<Action> _work = new();
    private readonly AutoResetEvent _wake = new(initialState: false);

    public TieringHost(IMachine machine, TieringOptions options, IRoundObserver observer) =>
        Engine = new TieringEngine(machine, options, TimeProvider.System, observer, () => Environment.CpuUsage.TotalTime);

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

    /// <summary>Hands work to the thread that runs the loop; it is done before the next step. For any thread.</summary>
    public void Post(Action work)
    {
        _work.Enqueue(work);
        _wake.Set();
    }

    /// <summary>
    /// Runs until stopped, until <paramref name="duration"/> has passed, or until <paramref name="onTick"/>, which is called four times a second, returns false.
    /// </summary>
    public void Run(TimeSpan? duration, Func<bool> onTick, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan nextTick = TimeSpan.Zero;
        WaitHandle[] wakers = [stop.WaitHandle, _wake];
        while (!stop.IsCancellationRequested)
        {
            while (_work.TryDequeue(out Action? work))
            {
                work();
            }

            TimeSpan now = Stopwatch.GetElapsedTime(start);
            if (now >= duration)
            {
                return;
            }

            if (now >= nextTick)
            {
                nextTick = now + s_tick;
                if (!onTick())
                {
                    return;
                }
            }

            TimeSpan wait = Engine.Step();
            now = Stopwatch.GetElapsedTime(start);
            wait = Least(wait, nextTick - now);
            wait = duration is { } end ? Least(wait, end - now) : wait;
            if (wait > TimeSpan.Zero)
            {
                // Whole milliseconds, rounded up: a wait that is rounded down to nothing would spin.
                WaitHandle.WaitAny(wakers, (int)Math.Ceiling(wait.TotalMilliseconds));
            }
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        _wake.Dispose();
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
