using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Runs;

/// <summary>Takes the samples of each load and of all together, as differences of exact counts.</summary>
internal sealed class SampleRecorder(SimulatedMachine machine, IReadOnlyList<SimulatedLoad> loads)
{
    private readonly Dictionary<SimulatedLoad, Counts> _last = [];
    private long _movedPages;
    private long _tieringNanoseconds;

    public List<SimulationSample> Totals { get; } = [];

    public void LoadAdded(SimulatedLoad load) => _last[load] = Count(load.Process);

    public SimulationSample Take(TimeSpan at)
    {
        long moved = machine.MovedPages - _movedPages;
        TimeSpan tiering = SimulatedClock.ToTimeSpan(machine.TieringNanoseconds - _tieringNanoseconds);
        _movedPages = machine.MovedPages;
        _tieringNanoseconds = machine.TieringNanoseconds;
        Counts sum = default;
        Counts before = default;
        foreach (SimulatedLoad load in loads)
        {
            Counts now = Count(load.Process);
            load.Recorded.Add(Difference(at, _last[load], now, moved, tiering));
            before = before.Plus(_last[load]);
            sum = sum.Plus(now);
            _last[load] = now;
        }

        SimulationSample total = Difference(at, before, sum, moved, tiering);
        Totals.Add(total);
        return total;
    }

    private static SimulationSample Difference(TimeSpan at, Counts before, Counts now, long moved, TimeSpan tiering) =>
        new(at, now.Accesses - before.Accesses, now.FastAccesses - before.FastAccesses, now.Pages, now.FastPages, moved, tiering);

    private Counts Count(SimulatedProcess process)
    {
        Topology topology = machine.Topology;
        Counts counts = new(process.Accesses, 0, process.ResidentPages, 0);
        foreach (int node in topology.Tiers[0])
        {
            counts = counts with
            {
                FastAccesses = counts.FastAccesses + process.AccessesTo(node),
                FastPages = counts.FastPages + process.PagesOn(node),
            };
        }

        return counts;
    }

    private readonly record struct Counts(long Accesses, long FastAccesses, long Pages, long FastPages)
    {
        public Counts Plus(Counts other) =>
            new(Accesses + other.Accesses, FastAccesses + other.FastAccesses, Pages + other.Pages, FastPages + other.FastPages);
    }
}
