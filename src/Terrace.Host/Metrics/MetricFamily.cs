namespace Terrace.Host.Metrics;

/// <summary>An instrument and its values at one time.</summary>
/// <param name="Name">The instrument's name: words joined by dots.</param>
/// <param name="Unit">Its unit (UCUM); empty for none.</param>
/// <param name="Description">What it means.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Bounds">Of a histogram, the inclusive upper bounds of its ranges but the last.</param>
/// <param name="Points">Its values.</param>
internal sealed record MetricFamily(
    string Name, string Unit, string Description, MetricKind Kind, IReadOnlyList<double> Bounds, IReadOnlyList<MetricPoint> Points);
