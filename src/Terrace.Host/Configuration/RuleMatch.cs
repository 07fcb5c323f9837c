using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>What a process must be for a rule to apply: all that is required must hold, and nothing of what is refused.</summary>
internal sealed class RuleMatch
{
    /// <summary>All of these must hold.</summary>
    public IReadOnlyList<MatchCondition> Required { get; init; } = [];

    /// <summary>None of these may hold (<c>not</c>).</summary>
    public IReadOnlyList<MatchCondition> Refused { get; init; } = [];

    /// <summary>Nothing is said: every process is taken.</summary>
    public bool IsEmpty => Required.Count == 0 && Refused.Count == 0;

    /// <summary>The same for every match that asks for the same.</summary>
    public string Canonical => $"{Canon(Required)}\0{Canon(Refused)}";

    /// <summary>A match of one pattern for each key.</summary>
    public static RuleMatch Of(params (MatchKey Key, string Pattern)[] patterns) =>
        new() { Required = [.. patterns.Select(one => new MatchCondition(one.Key, [one.Pattern]))] };

    /// <summary>True when a key is compared.</summary>
    public bool AsksFor(MatchKey key) => Required.Concat(Refused).Any(condition => condition.Key == key);

    /// <summary>True when the process is all that this asks for.</summary>
    public bool Matches(ProcessIdentity process)
    {
        foreach (MatchCondition condition in Required)
        {
            if (!condition.Holds(process))
            {
                return false;
            }
        }

        foreach (MatchCondition condition in Refused)
        {
            if (condition.Holds(process))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first reason why it does not match a process; null when it does.</summary>
    public string? WhyNot(ProcessIdentity process) =>
        Required.FirstOrDefault(condition => !condition.Holds(process)) is { } missing
            ? missing.Key.Of(process) is { } fact ? $"{missing.Key} is '{fact}', not {missing.Wanted}" : NotKnown(missing.Key)
            : Refused.FirstOrDefault(condition => condition.Holds(process)) is { } refused
                ? $"{refused.Key} is '{refused.Key.Of(process)}', which 'not' leaves out" : null;

    // Every process has a program: where none is seen, who asks may not see it.
    private static string NotKnown(MatchKey key) => key == MatchKey.Executable ? $"its {key} cannot be read" : $"it has no {key}";

    private static string Canon(IReadOnlyList<MatchCondition> conditions) => string.Join(
        '\u0001',
        conditions.Select(condition => $"{condition.Key}\u0002{string.Join('\u0003', condition.Patterns.Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal));
}
