namespace Terrace.Benchmarks.History;

/// <summary>A figure as a number.</summary>
/// <param name="Name">Which of the run's figures, without spaces: <c>share-of-oracle</c>.</param>
/// <param name="Value">The number, in <paramref name="Unit"/>.</param>
/// <param name="Unit"><c>ns</c>, <c>%</c>, <c>MB</c>, <c>x</c> and so on.</param>
/// <param name="Low">The lowest value seen, or a bound of the error; null for none.</param>
/// <param name="High">The same at the upper end.</param>
internal sealed record Sample(string Name, double Value, string Unit, double? Low = null, double? High = null)
{
    /// <summary>A share as percent.</summary>
    public static Sample Percent(string name, double share, double? low = null, double? high = null) =>
        new(name, 100 * share, "%", 100 * low, 100 * high);
}
