namespace Terrace.Host.Metrics;

/// <summary>One value of a metric.</summary>
/// <param name="Labels">What tells it from the metric's others, in the order of the instrument.</param>
/// <param name="Value">The value; a histogram's sum.</param>
/// <param name="Counts">Of a histogram, how many values fell into each range; the last range has no upper bound.</param>
internal sealed record MetricPoint(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, IReadOnlyList<long>? Counts = null);
