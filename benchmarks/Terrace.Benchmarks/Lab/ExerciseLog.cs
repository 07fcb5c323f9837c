using System.Text.Json;

namespace Terrace.Benchmarks.Lab;

/// <summary>The reports that <c>terrace exercise --json</c> wrote, one a second.</summary>
internal sealed class ExerciseLog
{
    private ExerciseLog(IReadOnlyList<Second> seconds) => Seconds = seconds;

    public IReadOnlyList<Second> Seconds { get; }

    public static ExerciseLog Parse(IEnumerable<string> lines)
    {
        List<Second> seconds = [];
        foreach (string line in lines.Where(line => line.StartsWith('{')))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("event").GetString() == "report")
            {
                seconds.Add(new Second(
                    root.GetProperty("seconds").GetDouble(),
                    root.GetProperty("phase").GetInt32(),
                    root.GetProperty("accessesPerSecond").GetDouble(),
                    Number(root, "fastShare"),
                    Number(root, "fastPageShare"),
                    Number(root, "oracle"),
                    Number(root, "ofOracle"),
                    root.GetProperty("longestStallMs").GetDouble()));
            }
        }

        return new ExerciseLog(seconds);
    }

    /// <summary>Reports with a time from (inclusive) and to (exclusive).</summary>
    public IReadOnlyList<Second> Between(double from, double to) => [.. Seconds.Where(second => second.At >= from && second.At < to)];

    private static double Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    /// <summary>One report; shares are 0 to 1.</summary>
    internal sealed record Second(
        double At,
        int Phase,
        double AccessesPerSecond,
        double FastShare,
        double FastPageShare,
        double Oracle,
        double OfOracle,
        double LongestStallMs);
}
