namespace Terrace.Host.Metrics;

/// <summary>What a metric's values are.</summary>
internal enum MetricKind
{
    /// <summary>As it is now.</summary>
    Gauge,

    /// <summary>Only grows, from the start of counting on.</summary>
    Counter,

    /// <summary>How often values fell into each of some ranges.</summary>
    Histogram,
}
