using System.Globalization;

namespace Terrace.Fuzz.Campaigns;

/// <summary>What afl-fuzz wrote into its fuzzer_stats, lines <c>name : value</c>.</summary>
/// <param name="Seeds">Inputs that it began with and kept.</param>
/// <param name="Found">Inputs that it found to take a new path.</param>
/// <param name="Edges">Branches that were taken.</param>
internal sealed record AflFigures(long Seeds, long Found, long Edges)
{
    public static AflFigures Read(string path)
    {
        Dictionary<string, string> values = File.Exists(path)
            ? File.ReadLines(path).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal)
            : [];
        long found = Number("corpus_found");
        return new AflFigures(Number("corpus_count") - found, found, Number("edges_found"));

        long Number(string name) =>
            long.TryParse(values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }
}
