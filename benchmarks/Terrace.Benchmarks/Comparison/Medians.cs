using System.Globalization;

namespace Terrace.Benchmarks.Comparison;

/// <summary>One figure of two programs, as it was measured in turns.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Old">Values of the program compared with.</param>
/// <param name="New">Values of artifacts/terrace.</param>
/// <param name="Limit">What to reach, as people read it; empty for none.</param>
/// <param name="IsReached">Whether two medians reach it.</param>
internal sealed record Medians(
    string What, string Unit, IReadOnlyList<double> Old, IReadOnlyList<double> New, string Limit, Func<double, double, bool> IsReached)
{
    /// <summary>A row of a table; the ratio is that of the medians.</summary>
    public string Row
    {
        get
        {
            (double old, double ours) = (Median(Old), Median(New));
            string reached = Limit.Length == 0 ? "" : IsReached(old, ours) ? "yes" : "no";
            return string.Create(
                CultureInfo.InvariantCulture, $"| {What}, {Unit} | {old:0.###} | {ours:0.###} | {ours / old:0.00} | {Limit} | {reached} |");
        }
    }

    /// <summary>Heads of the table.</summary>
    public static IReadOnlyList<string> Head { get; } =
    [
        "| what | FILE | artifacts/terrace | ratio | target | met |",
        "|---|---|---|---|---|---|",
    ];

    /// <summary>False when it has a limit that it misses.</summary>
    public bool Holds => Limit.Length == 0 || IsReached(Median(Old), Median(New));

    /// <summary>A figure that may be at most so much of the other program's.</summary>
    public static Medians AtMostPart(
        string what, string unit, IReadOnlyList<double> old, IReadOnlyList<double> ours, double part, string limit) =>
        new(what, unit, old, ours, limit, (before, now) => now <= before * part);

    /// <summary>A figure that may be at most so much, whatever the other program's is.</summary>
    public static Medians AtMost(string what, string unit, IReadOnlyList<double> old, IReadOnlyList<double> ours, double most) =>
        new(what, unit, old, ours, string.Create(CultureInfo.InvariantCulture, $"≤ {most:0.#}"), (_, now) => now <= most);

    private static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
