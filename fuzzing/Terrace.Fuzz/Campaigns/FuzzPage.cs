using System.Globalization;

namespace Terrace.Fuzz.Campaigns;

/// <summary>The table in the documentation of what was run: every target, with its newest figures.</summary>
internal static class FuzzPage
{
    /// <summary>Where it is, from the repository's root.</summary>
    public const string Place = "docs/fuzzing.md";

    private const string FirstHeading = "| target |";

    /// <summary>Rows of the table by what the history says.</summary>
    public static IEnumerable<string> Rows(IReadOnlyList<string> history) =>
        FuzzTargets.All.Select(target => $"| {target.Name} | {target.Reads} | {Figures(FuzzHistory.NewestOf(target.Name, history))} |");

    /// <summary>Writes the table again.</summary>
    public static void Update(string root)
    {
        string path = Path.Combine(root, Place);
        string[] page = File.ReadAllLines(path);
        int rows = Array.FindIndex(page, line => line.StartsWith(FirstHeading, StringComparison.Ordinal)) + 2;
        IEnumerable<string> table = Rows(File.ReadAllLines(Path.Combine(root, FuzzHistory.Place)));
        File.WriteAllLines(path, [.. page[..rows], .. table, .. page[rows..].SkipWhile(line => line.StartsWith('|'))]);
    }

    private static string Figures(IReadOnlyList<long>? figures) => figures is null
        ? "not run yet | | | | | "
        : string.Join(" | ", figures.Select(figure => figure.ToString("n0", CultureInfo.InvariantCulture)));
}
