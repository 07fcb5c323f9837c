using System.Globalization;

namespace Terrace.Fuzz.Campaigns;

/// <summary>The results that are kept with the sources: one line for each target that was run.</summary>
internal static class FuzzHistory
{
    /// <summary>Where they are, from the repository's root.</summary>
    public const string Place = "fuzzing/history.csv";

    /// <summary>Its first line.</summary>
    public const string Heading = "date,target,inputs,edges,paths,crashes,hangs,inputs_per_second";

    /// <summary>Writes a result down.</summary>
    public static void Append(string root, TargetResult result, TimeProvider clock)
    {
        string path = Path.Combine(root, Place);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, Heading + "\n");
        }

        File.AppendAllText(path, LineOf(result, DateOnly.FromDateTime(clock.GetUtcNow().Date)) + "\n");
    }

    /// <summary>A result as a line.</summary>
    public static string LineOf(TargetResult result, DateOnly day) => string.Create(
        CultureInfo.InvariantCulture,
        $"{day:yyyy-MM-dd},{result.Target.Name},{result.Inputs},{result.Figures.Edges},{result.Figures.Found},"
            + $"{result.Crashes},{result.Hangs},{result.InputsPerSecond:f0}");

    /// <summary>The newest figures of a target, from its inputs on; null when it was never run.</summary>
    public static IReadOnlyList<long>? NewestOf(string target, IEnumerable<string> lines) => lines
        .Select(line => line.Split(','))
        .LastOrDefault(words => words is [_, var name, ..] && name == target) is { } found
        ? [.. found[2..].Select(word => long.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture))]
        : null;
}
