using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>
/// Says whether an exchange pays for itself: accesses that it makes faster within the horizon × what each saves, against the cost
/// of moving one page up and one down. An accessed bit says "at least one access in this interval"; with accesses at random
/// times a page that is seen in a fraction p of intervals of length t has -ln(1 - p) / t accesses a second.
/// </summary>
public sealed class MoveEconomics
{
    /// <summary>Extra latency of the slow tier when the machine states none, nanoseconds: what CXL memory commonly adds.</summary>
    public const int DefaultExtraLatencyNs = 150;

    private const double InitialMoveCostNs = 4000;

    private readonly double[] _accessesPerSecond = new double[HeatMap.HeatLevels];
    private readonly double _horizonSeconds;
    private int _scans;
    private TimeSpan _interval;

    /// <summary>Makes a gate for a horizon: how long a page is expected to keep its heat.</summary>
    public MoveEconomics(TimeSpan horizon) => _horizonSeconds = horizon.TotalSeconds;

    /// <summary>What an access to slow memory costs more than one to fast memory, nanoseconds.</summary>
    public double ExtraLatencyNs { get; set; } = DefaultExtraLatencyNs;

    /// <summary>Measured cost of moving one base page, nanoseconds; a moving average.</summary>
    public double MoveCostNs { get; private set; } = InitialMoveCostNs;

    /// <summary>Estimated accesses per second to a page of some heat; the highest heat is a lower bound.</summary>
    public double AccessesPerSecond(int heat) => _accessesPerSecond[heat];

    /// <summary>Sets what heat means: scans in a round and the time between them.</summary>
    public void SetCadence(int scansPerRound, TimeSpan interval)
    {
        if (_scans == scansPerRound && _interval == interval)
        {
            return;
        }

        (_scans, _interval) = (scansPerRound, interval);
        int highest = HighestHeat(scansPerRound);
        for (int heat = 0; heat < _accessesPerSecond.Length; heat++)
        {
            // The highest heat is p = 1, of which only "more than half a miss in so many looks" is known.
            double missed = Math.Max(0.5, highest - heat) / highest;
            _accessesPerSecond[heat] = -Math.Log(missed) / interval.TotalSeconds;
        }
    }

    /// <summary>The heat of a page that is accessed in every scan, once it has settled.</summary>
    public static int HighestHeat(int scansPerRound)
    {
        int heat = 0;
        for (int next = scansPerRound; next != heat; next = (heat >> 1) + scansPerRound)
        {
            heat = next;
        }

        return heat;
    }

    /// <summary>True when exchanging a page of heat <paramref name="up"/> in slow memory for one of heat <paramref name="down"/> in fast memory pays.</summary>
    public bool Pays(int up, int down) =>
        (_accessesPerSecond[up] - _accessesPerSecond[down]) * _horizonSeconds * ExtraLatencyNs > 2 * MoveCostNs;

    /// <summary>Learns from moves that were made.</summary>
    public void Learn(long pages, TimeSpan duration)
    {
        if (pages > 0)
        {
            MoveCostNs += 0.1 * ((duration.TotalNanoseconds / pages) - MoveCostNs);
        }
    }
}
