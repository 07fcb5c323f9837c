using Terrace.Simulation.Chance;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Runs;

/// <summary>
/// A workload that a process runs on one of its mappings. An access takes the latency of the page's node plus the compute time
/// between two accesses, so throughput follows placement; threads share the work evenly.
/// </summary>
public sealed class SimulatedLoad
{
    // Time of a thread is counted in picoseconds, so that dividing it among threads loses nothing.
    private const long PicosecondsPerNanosecond = 1000;

    private readonly int[] _buffer = new int[1024];
    private readonly long[] _cost = new long[SimulatedMachine.MaxNodes];
    private readonly long _faultCost;
    private SeededRandom _random;
    private int _next;
    private long _budget;

    internal SimulatedLoad(
        SimulatedMachine machine, SimulatedProcess process, SimulatedMapping mapping, IWorkload workload, TimeSpan computeTime, ulong seed)
    {
        Process = process;
        Mapping = mapping;
        Workload = workload;
        long compute = SimulatedClock.ToNanoseconds(computeTime);
        foreach (SimulatedNode node in machine.Nodes)
        {
            _cost[node.Index] = (compute + node.LatencyNs) * PicosecondsPerNanosecond;
        }

        _faultCost = machine.Spec.FaultNs * PicosecondsPerNanosecond;
        _random = new SeededRandom(seed);
        _next = _buffer.Length;
    }

    /// <summary>The process.</summary>
    public SimulatedProcess Process { get; }

    /// <summary>The mapping it works on; its page 0 is the workload's.</summary>
    public SimulatedMapping Mapping { get; }

    /// <summary>Which pages it accesses.</summary>
    public IWorkload Workload { get; }

    /// <summary>One sample per second of virtual time.</summary>
    public IReadOnlyList<SimulationSample> Samples => Recorded;

    internal List<SimulationSample> Recorded { get; } = [];

    /// <summary>Runs for a stretch of time from <paramref name="now"/>, some per mille of which it has to stand still.</summary>
    internal void Run(TimeSpan now, long nanoseconds, int stalledPerMille)
    {
        if (Process.State != ProcessState.Running || Mapping.Pages < Workload.Pages)
        {
            return;
        }

        // Per mille of nanoseconds are picoseconds.
        _budget += nanoseconds * (1000 - stalledPerMille) * Process.Threads;
        while (_budget > 0)
        {
            if (_next == _buffer.Length)
            {
                if (!Workload.NextPages(_buffer, ref _random, now))
                {
                    _budget = 0;
                    return;
                }

                _next = 0;
            }

            _next += Process.Access(Mapping, _buffer.AsSpan(_next), _cost, _faultCost, ref _budget);
            if (Process.State != ProcessState.Running)
            {
                return;
            }
        }
    }
}
