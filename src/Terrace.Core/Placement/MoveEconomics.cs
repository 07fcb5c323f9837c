using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>
/// Says whether an exchange pays for itself: accesses that it makes faster within the horizon × what each saves, against the cost
/// of moving one page up and one down. An accessed bit says "at least one access in this interval"; with accesses at random
/// times a page that is seen in a fraction p of intervals of length t has -ln(1 - p) / t accesses a second; p comes from
/// <see cref="HeatForecast"/>.
/// </summary>
public sealed class MoveEconomics
{
    /// <summary>Extra latency of the slow tier when the machine states none, nanoseconds: what CXL memory commonly adds.</summary>
    public const int DefaultExtraLatencyNs = 150;

    private const double InitialMoveCostNs = 4000;

    /// <summary>
    /// A page takes microseconds to move. Where it seems to take longer the call waited for processors (each call drains the LRU
    /// caches of all of them),
    /// and that is not a price that placing this page rather than that one can save.
    /// </summary>
    private const double MaxMoveCostNs = 20_000;

    private readonly double[] _slow = new double[HeatMap.HeatLevels];
    private readonly double[] _fast = new double[HeatMap.HeatLevels];
    private readonly double[] _slowByScans = new double[HeatMap.HeatLevels];
    private readonly double[] _fastByScans = new double[HeatMap.HeatLevels];
    private readonly double[] _slowAtLeast = new double[HeatMap.HeatLevels];
    private readonly double[] _fastAtMost = new double[HeatMap.HeatLevels];
    private readonly bool[] _slowSaturated = new bool[HeatMap.HeatLevels];
    private readonly bool[] _fastSaturated = new bool[HeatMap.HeatLevels];
    private readonly double[] _counted = new double[HeatMap.HeatLevels];
    private readonly double _horizonSeconds;

    /// <summary>Makes a gate for a horizon: how long a page is expected to keep its heat.</summary>
    public MoveEconomics(TimeSpan horizon) => _horizonSeconds = horizon.TotalSeconds;

    /// <summary>What an access to slow memory costs more than one to fast memory, nanoseconds.</summary>
    public double ExtraLatencyNs { get; set; } = DefaultExtraLatencyNs;

    /// <summary>Measured cost of moving one base page, nanoseconds; a moving average.</summary>
    public double MoveCostNs { get; private set; } = InitialMoveCostNs;

    /// <summary>
    /// Expected accesses per second to a page of some heat; by scans alone a lower bound for pages accessed in every scan, which differs
    /// less from round to round.
    /// </summary>
    public double AccessesPerSecond(int heat, bool inFastMemory, bool byScansAlone = false) => byScansAlone
        ? (inFastMemory ? _fastByScans : _slowByScans)[heat]
        : (inFastMemory ? _fast : _slow)[heat];

    /// <summary>True for pages that nearly every scan is expected to see accessed.</summary>
    public bool IsSaturated(int heat, bool inFastMemory) => (inFastMemory ? _fastSaturated : _slowSaturated)[heat];

    /// <summary>Accesses per second to a page that one round counted so often, without a forecast.</summary>
    public double CountedPerSecond(int count) => _counted[count];

    /// <summary>Sets what heat means: how often the forecast expects pages to be accessed in scans so far apart.</summary>
    /// <param name="forecast">How often.</param>
    /// <param name="scansPerRound">Scans in a round.</param>
    /// <param name="interval">Time between two of them.</param>
    /// <param name="hot">How often pages are accessed that every scan sees accessed, where that is known.</param>
    public void SetForecast(HeatForecast forecast, int scansPerRound, TimeSpan interval, HotRates? hot = null)
    {
        ArgumentNullException.ThrowIfNull(forecast);
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            double slow = forecast.AccessedFraction(heat, inFastMemory: false);
            double fast = forecast.AccessedFraction(heat, inFastMemory: true);
            (_slowSaturated[heat], _fastSaturated[heat]) = (slow >= HotRates.Saturated, fast >= HotRates.Saturated);
            _slowByScans[heat] = PerSecond(slow, scansPerRound, interval);
            _fastByScans[heat] = PerSecond(fast, scansPerRound, interval);
            _slow[heat] = AtLeastSampled(_slowByScans[heat], slow, hot?.Of(inFastMemory: false));
            _fast[heat] = AtLeastSampled(_fastByScans[heat], fast, hot?.Of(inFastMemory: true));
            _counted[heat] = PerSecond(Math.Min(1, heat / (double)scansPerRound), scansPerRound, interval);
            _slowAtLeast[heat] = PerSecond(forecast.AtLeastInSlowMemory(heat), scansPerRound, interval);
            _fastAtMost[heat] = PerSecond(forecast.AtMostInFastMemory(heat), scansPerRound, interval);
        }
    }

    /// <summary>True when moving a page of some heat up into fast memory that nobody else needs pays.</summary>
    public bool PaysAlone(int heat) => Saves(_slowAtLeast[heat]) > MoveCostNs;

    /// <summary>
    /// True when exchanging a page of heat <paramref name="up"/> in slow memory for one of heat <paramref name="down"/> in fast
    /// memory pays.
    /// </summary>
    public bool Pays(int up, int down) => Saves(_slowAtLeast[up] - _fastAtMost[down]) > 2 * MoveCostNs;

    /// <summary>True when it pays to exchange some base pages for others that together are accessed that much more often.</summary>
    public bool PaysFor(double accessesPerSecond, int pages) => Saves(accessesPerSecond) > 2 * pages * MoveCostNs;

    /// <summary>Learns from moves that were made.</summary>
    public void Learn(long pages, TimeSpan duration)
    {
        if (pages > 0)
        {
            MoveCostNs += 0.1 * (Math.Min(MaxMoveCostNs, duration.TotalNanoseconds / pages) - MoveCostNs);
        }
    }

    /// <summary>Nanoseconds saved over the horizon when that many accesses a second become fast.</summary>
    private double Saves(double accessesPerSecond) => accessesPerSecond * _horizonSeconds * ExtraLatencyNs;

    private static double AtLeastSampled(double byScans, double accessedFraction, double? sampled) =>
        accessedFraction >= HotRates.Saturated ? Math.Max(byScans, sampled ?? 0) : byScans;

    private static double PerSecond(double accessedFraction, int scansPerRound, TimeSpan interval)
    {
        // Accessed in every scan is p = 1, of which only "fewer than half a miss in two rounds" is known.
        double missed = Math.Max(0.25 / scansPerRound, 1 - accessedFraction);
        return -Math.Log(missed) / interval.TotalSeconds;
    }
}
