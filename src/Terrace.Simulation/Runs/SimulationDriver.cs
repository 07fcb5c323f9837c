using Terrace.Simulation.Chance;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Runs;

/// <summary>
/// Drives a simulated machine through virtual time: the tiering loop works when something is due, its scans and moves take the
/// time they cost, and the workloads run up to the same instant before it is asked again.
/// <code>
/// clock  ---------|== scan ==|------ wait ------|== move ==|---
/// loads  run, run,|run slower|run, run, run, run|run slower|run
/// </code>
/// </summary>
public sealed class SimulationDriver
{
    private const long SliceNanoseconds = 1_000_000;
    private const long SampleNanoseconds = 1_000_000_000;
    private const long SmallestPauseNanoseconds = 100;
    private const int StuckSteps = 10_000;

    private readonly List<SimulatedLoad> _loads = [];
    private readonly PriorityQueue<Action, (long Time, int Order)> _events = new();
    private readonly SampleRecorder _recorder;
    private readonly int _stalledPerMille;
    private long _loadTime;
    private long _nextSample;
    private int _eventCount;

    /// <summary>Takes a machine whose loads are still to be added.</summary>
    public SimulationDriver(SimulatedMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        Machine = machine;
        _recorder = new SampleRecorder(machine, _loads);
        _stalledPerMille = (int)Math.Round(Math.Clamp(machine.Spec.StallShare, 0, 1) * 1000);
        _loadTime = machine.Clock.Nanoseconds;
        _nextSample = _loadTime + SampleNanoseconds;
    }

    /// <summary>The machine.</summary>
    public SimulatedMachine Machine { get; }

    /// <summary>The loads, in order of addition.</summary>
    public IReadOnlyList<SimulatedLoad> Loads => _loads;

    /// <summary>
    /// Compute time between two accesses of one thread when none is given: with 100 ns of latency, 2 million accesses a second.
    /// </summary>
    public static TimeSpan DefaultComputeTime { get; } = TimeSpan.FromMicroseconds(0.4);

    /// <summary>Called with the totals of each second, as it ends.</summary>
    public Action<SimulationSample>? OnSample { get; set; }

    /// <summary>
    /// Starts a process that runs a workload on one mapping, every page of which it has touched once in order of address, as
    /// a program does that fills its memory first.
    /// </summary>
    /// <param name="workload">Which pages it accesses.</param>
    /// <param name="threads">Threads that access memory at the same time.</param>
    /// <param name="computeTime">Time a thread computes between two accesses; null for <see cref="DefaultComputeTime"/>.</param>
    /// <param name="hugePages">Whether its memory is huge pages where it can be.</param>
    /// <param name="folioPages">Pages of the folios that its memory is otherwise; 1 for single pages.</param>
    public SimulatedLoad Start(
        IWorkload workload, int threads = 1, TimeSpan? computeTime = null, bool hugePages = false, int folioPages = 1)
    {
        ArgumentNullException.ThrowIfNull(workload);
        SimulatedProcess process = Machine.StartProcess(workload.Name, threads);
        SimulatedMapping mapping = process.Map(workload.Pages, hugePages, folioPages);
        process.Populate(mapping);
        return Add(process, mapping, workload, computeTime);
    }

    /// <summary>Lets a process run a workload on one of its mappings.</summary>
    public SimulatedLoad Add(SimulatedProcess process, SimulatedMapping mapping, IWorkload workload, TimeSpan? computeTime = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentNullException.ThrowIfNull(workload);
        ulong seed = SeededRandom.Derive(Machine.Spec.Seed, 1_000_000UL + (ulong)_loads.Count);
        SimulatedLoad load = new(Machine, process, mapping, workload, computeTime ?? DefaultComputeTime, seed);
        _loads.Add(load);
        _recorder.LoadAdded(load);
        return load;
    }

    /// <summary>
    /// Does something at an instant of simulation time, for example lets a process exit; at once in the next run when that has
    /// passed.
    /// </summary>
    public void At(TimeSpan time, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _events.Enqueue(action, (SimulatedClock.ToNanoseconds(time), _eventCount++));
    }

    /// <summary>
    /// Runs for <paramref name="duration"/> of virtual time and returns its timeline. May be called again, with another loop or none.
    /// </summary>
    /// <param name="duration">Virtual time. The last scan or move may end a little later.</param>
    /// <param name="step">
    /// The tiering loop: does what is due and says how long until something is due again (TieringEngine.Step). Null for none.
    /// </param>
    /// <exception cref="InvalidOperationException">The loop always has something due and never takes time for it.</exception>
    public SimulationResult Run(TimeSpan duration, Func<TimeSpan>? step = null)
    {
        long end = Machine.Clock.Nanoseconds + SimulatedClock.ToNanoseconds(duration);
        int firstSample = _recorder.Totals.Count;
        int idleSteps = 0;
        while (Machine.Clock.Nanoseconds < end)
        {
            long before = Machine.Clock.Nanoseconds;
            TimeSpan wait = step?.Invoke() ?? duration;
            CatchUp();
            long left = Math.Max(0, end - Machine.Clock.Nanoseconds);
            long pause = Math.Clamp(SimulatedClock.ToNanoseconds(Min(wait, duration)), 0, left);
            idleSteps = Machine.Clock.Nanoseconds + pause > before ? 0 : idleSteps + 1;
            // A step takes time even when it does nothing, and what is due in less than a TimeSpan's resolution comes due.
            Machine.Clock.AdvanceNanoseconds(Math.Max(pause, Math.Min(left, SmallestPauseNanoseconds)));
            RunLoadsTo(Machine.Clock.Nanoseconds, stalledPerMille: 0);
            if (idleSteps > StuckSteps)
            {
                throw new InvalidOperationException(
                    $"The tiering loop had something due {StuckSteps} times in a row at {Machine.Clock.Elapsed} and took no time for it.");
            }
        }

        return new SimulationResult(_recorder.Totals.Skip(firstSample));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // Time that the clock has moved on by itself is time that scans and moves took.
    private void CatchUp() => RunLoadsTo(Machine.Clock.Nanoseconds, _stalledPerMille);

    private void RunLoadsTo(long time, int stalledPerMille)
    {
        while (_loadTime < time)
        {
            RunDueEvents();
            long until = Math.Min(Math.Min(time, _nextSample), _loadTime + SliceNanoseconds);
            if (_events.TryPeek(out _, out (long Time, int Order) next))
            {
                until = Math.Min(until, next.Time);
            }

            foreach (SimulatedLoad load in _loads)
            {
                load.Run(SimulatedClock.ToTimeSpan(_loadTime), until - _loadTime, stalledPerMille);
            }

            _loadTime = until;
            if (_loadTime == _nextSample)
            {
                _nextSample += SampleNanoseconds;
                SimulationSample sample = _recorder.Take(SimulatedClock.ToTimeSpan(_loadTime));
                OnSample?.Invoke(sample);
            }
        }

        RunDueEvents();
    }

    private void RunDueEvents()
    {
        while (_events.TryPeek(out Action? action, out (long Time, int Order) next) && next.Time <= _loadTime)
        {
            _events.Dequeue();
            action();
        }
    }
}
