using System.Globalization;

namespace Terrace.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record FuzzOptions
{
    private const long DefaultInputs = 10_000_000;

    /// <summary>Targets to run, in order.</summary>
    public IReadOnlyList<IFuzzTarget> Targets { get; private init; } = FuzzTargets.All;

    /// <summary>Inputs for each.</summary>
    public long Inputs { get; private init; } = DefaultInputs;

    /// <summary>Targets that run at the same time.</summary>
    public int Jobs { get; private init; } = 1;

    /// <summary>Results are appended to fuzzing/history.csv.</summary>
    public bool Record { get; private init; }

    /// <summary>Reads it; null, with what is wrong, when it cannot be understood.</summary>
    public static FuzzOptions? Read(IReadOnlyList<string> words, out string problem)
    {
        problem = "";
        FuzzOptions options = new();
        List<IFuzzTarget> targets = [];
        for (int i = 0; i < words.Count && problem.Length == 0; i++)
        {
            string word = words[i];
            if (word is "--inputs" or "--jobs")
            {
                long? number = i + 1 < words.Count ? NumberOf(words[++i]) : null;
                problem = number is null || (word == "--jobs" && number > 64)
                    ? $"{word} takes a number, for example {(word == "--jobs" ? "2" : "10M or 200k")}"
                    : "";
                options = word == "--inputs"
                    ? options with { Inputs = number ?? DefaultInputs }
                    : options with { Jobs = (int)Math.Min(number ?? 1, 64) };
            }
            else if (word == "--record")
            {
                options = options with { Record = true };
            }
            else if (FuzzTargets.Find(word) is { } target)
            {
                targets.Add(target);
            }
            else
            {
                problem = word.StartsWith('-')
                    ? $"unknown option {word} — see ./fuzz --help"
                    : $"there is no target {word} — ./fuzz --list names them";
            }
        }

        return problem.Length > 0 ? null : targets.Count > 0 ? options with { Targets = [.. targets.Distinct()] } : options;
    }

    // 500, 200k, 10M: powers of ten, for inputs are counted.
    private static long? NumberOf(string text)
    {
        long unit = text.Length == 0 ? 1 : text[^1] switch { 'k' or 'K' => 1_000, 'm' or 'M' => 1_000_000, _ => 1 };
        return long.TryParse(
            unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number is > 0 and <= 1_000_000_000
            ? number * unit
            : null;
    }
}
