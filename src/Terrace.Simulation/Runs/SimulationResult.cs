using System.Runtime.InteropServices;

namespace Terrace.Simulation.Runs;

/// <summary>The timeline of a run.</summary>
public sealed class SimulationResult
{
    private readonly SimulationSample[] _samples;

    internal SimulationResult(IEnumerable<SimulationSample> samples) => _samples = [.. samples];

    /// <summary>One sample for each second of the run, over all loads.</summary>
    public IReadOnlyList<SimulationSample> Samples => _samples;

    /// <summary>Accesses of the run.</summary>
    public long Accesses => _samples.Sum(sample => sample.Accesses);

    /// <summary>Pages moved in the run, both directions.</summary>
    public long MovedPages => _samples.Sum(sample => sample.MovedPages);

    /// <summary>Virtual time that scans and moves took.</summary>
    public TimeSpan TieringTime => new(_samples.Sum(sample => sample.TieringTime.Ticks));

    /// <summary>
    /// Share of accesses that tier 0 served from <paramref name="from"/> (inclusive) to <paramref name="to"/> (exclusive), by
    /// whole seconds of simulation time.
    /// </summary>
    public double HitRatio(TimeSpan from, TimeSpan to) => HitRatio(_samples, from, to);

    /// <summary>The same for the samples of one load.</summary>
    public static double HitRatio(IEnumerable<SimulationSample> samples, TimeSpan from, TimeSpan to)
    {
        long all = 0;
        long fast = 0;
        foreach (SimulationSample sample in samples.Where(sample => sample.At > from && sample.At <= to))
        {
            all += sample.Accesses;
            fast += sample.FastAccesses;
        }

        return all == 0 ? 1 : (double)fast / all;
    }

    /// <summary>A 64-bit FNV-1a hash of every number of the timeline: equal runs have equal digests.</summary>
    public ulong Digest()
    {
        ulong hash = 14695981039346656037;
        foreach (byte value in MemoryMarshal.AsBytes(_samples.SelectMany(Numbers).ToArray().AsSpan()))
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash;
    }

    private static long[] Numbers(SimulationSample sample) =>
        [
            sample.At.Ticks,
            sample.Accesses,
            sample.FastAccesses,
            sample.Pages,
            sample.FastPages,
            sample.MovedPages,
            sample.TieringTime.Ticks,
        ];
}
