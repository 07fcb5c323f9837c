namespace Terrace.Host.Metrics;

/// <summary>
/// Names of instruments as Prometheus writes them (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"):
/// underscores, the unit in words, counters end with total.
/// </summary>
internal static class PrometheusName
{
    public static string Of(MetricFamily family)
    {
        string name = family.Name.Replace('.', '_');
        string unit = family.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            "1" when family.Kind == MetricKind.Gauge => "_ratio",
            _ => "",
        };
        name += name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit;
        return family.Kind == MetricKind.Counter ? name + "_total" : name;
    }

    /// <summary>The kind as the exposition format calls it.</summary>
    public static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
