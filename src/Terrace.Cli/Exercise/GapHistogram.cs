using HdrHistogram;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Counts durations to two digits, 1 ns to an hour: http://hdrhistogram.org. One thread adds, another collects meanwhile; neither
/// makes garbage.
/// </summary>
internal sealed class GapHistogram
{
    private const long ShortestNanoseconds = 1;
    private const long LongestNanoseconds = 3_600_000_000_000;

    /// <summary>
    /// 0.5 to 1 % of a duration: 36 KiB of counters, of which a thread's usual durations touch a few lines, since it measures
    /// memory.
    /// </summary>
    private const int Digits = 2;

    private readonly Recorder _recorder = new(
        ShortestNanoseconds,
        LongestNanoseconds,
        Digits,
        (instance, lowest, highest, digits) => new LongHistogram(instance, lowest, highest, digits));

    private HistogramBase? _collected;

    /// <summary>A sum of what such histograms counted, empty.</summary>
    public static LongHistogram NewSum() => new(ShortestNanoseconds, LongestNanoseconds, Digits);

    /// <summary>
    /// The duration in nanoseconds that a fraction of all does not exceed, to two digits; 0 when there are none. It is rounded
    /// up, but from 2³⁸ ns
    /// (4.6 minutes) on the library rounds down.
    /// </summary>
    public static double Percentile(LongHistogram sum, double fraction) =>
        sum.TotalCount == 0 ? 0 : sum.GetValueAtPercentile(fraction * 100);

    /// <summary>Counts one duration in nanoseconds; one of more than an hour as an hour.</summary>
    public void Add(long nanoseconds) => _recorder.RecordValue(Math.Clamp(nanoseconds, 0, LongestNanoseconds));

    /// <summary>Adds what came since the last call.</summary>
    public void CollectInto(LongHistogram sum)
    {
        _collected = _recorder.GetIntervalHistogram(_collected);
        sum.Add(_collected);
    }
}
