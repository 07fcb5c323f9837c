using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tiering;

namespace Terrace.Cli.Hosting;

/// <summary>
/// Drives the tiering loop in real time on the calling thread: steps it when something is due, calls back at a steady pace in between, and ends when
/// told to. The one place where engine, clock and stop signals meet.
/// </summary>
internal sealed class TieringHost : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(250);

    private readonly TieringEngine _engine;

    public TieringHost(IMachine machine, TieringOptions options, IRoundObserver observer) =>
        _engine = new TieringEngine(machine, options, TimeProvider.System, observer);

    /// <summary>Processes being managed.</summary>
    public int Targets => _engine.Count;

    /// <summary>Memory that tracking holds, bytes.</summary>
    public long TrackingBytes => _engine.TrackingBytes;

    /// <summary>Manages a process, which the host then owns.</summary>
    public void Add(IManagedProcess process, FastShare share) => _engine.Add(process, share);

    /// <summary>True when the process is being managed.</summary>
    public bool Manages(int pid) => _engine.Pids.Contains(pid);

    /// <summary>
    /// Runs until stopped, until <paramref name="duration"/> has passed, or until <paramref name="onTick"/>, which is called four times a second, returns false.
    /// </summary>
    public void Run(TimeSpan? duration, Func<bool> onTick, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan nextTick = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
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

            TimeSpan wait = _engine.Step();
            now = Stopwatch.GetElapsedTime(start);
            wait = Least(wait, nextTick - now);
            wait = duration is { } end ? Least(wait, end - now) : wait;
            if (wait > TimeSpan.Zero)
            {
                // Whole milliseconds, rounded up: a wait that is rounded down to nothing would spin.
                stop.WaitHandle.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds));
            }
        }
    }

    public void Dispose() => _engine.Dispose();

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
