namespace Terrace.Host.Configuration;

/// <summary>What a rule can take, as far as its patterns say, prepared to be compared with others.</summary>
internal sealed class RuleReach
{
    private readonly List<(MatchKey Key, string[] Patterns)> _required = [];
    private readonly List<(MatchKey Key, string[] Patterns)> _refused;
    private readonly bool _takesSystem;

    public RuleReach(TargetRule rule)
    {
        Rule = rule;
        _takesSystem = rule.Exclude || rule.IncludeSystem;
        _refused = [.. rule.Match.Refused.Select(Prepared)];
        foreach (MatchCondition condition in rule.Match.Required)
        {
            (MatchKey key, string[] patterns) = Prepared(condition);
            if (!patterns.Any(pattern => TakesEvery(key, pattern)))
            {
                _required.Add((key, patterns));
            }
        }
    }

    public TargetRule Rule { get; }

    /// <summary>It takes every process.</summary>
    public bool TakesAll => _required.Count == 0 && _refused.Count == 0;

    /// <summary>What narrows it; a condition that every process meets does not.</summary>
    public IReadOnlyList<(MatchKey Key, string[] Patterns)> Required => _required;

    /// <summary>How much work it is to compare it with another.</summary>
    public int Size => 1 + _required.Sum(one => one.Patterns.Length) + _refused.Sum(one => one.Patterns.Length);

    /// <summary>True when it surely takes every process that the other takes.</summary>
    public bool Covers(RuleReach other) =>
        (_takesSystem || !other._takesSystem || other.Rule.Exclude)
            && _required.All(mine => other._required.Any(its => Covers(mine, its)))
            && _refused.All(mine => other._refused.Any(its => Covers(its, mine)));

    private static bool Covers((MatchKey Key, string[] Patterns) broad, (MatchKey Key, string[] Patterns) narrow) =>
        broad.Key == narrow.Key && narrow.Patterns.All(its => broad.Patterns.Any(mine => Covers(broad.Key, mine, its)));

    private static bool Covers(MatchKey key, string broad, string narrow)
    {
        if (key.IsNumber)
        {
            return MatchKey.TryRange(broad, out uint first, out uint last)
                && MatchKey.TryRange(narrow, out uint from, out uint to)
                && from >= first
                && to <= last;
        }

        // A pattern of a parent with a slash is for something else than one without.
        return (key != MatchKey.Parent
                || broad.Contains('/', StringComparison.Ordinal) == narrow.Contains('/', StringComparison.Ordinal))
            && PatternCover.Covers(broad, narrow);
    }

    // A path begins with a slash, so that "/*" takes as many as "*".
    private static bool TakesEvery(MatchKey key, string pattern) =>
        key.IsNumber ? MatchKey.TryRange(pattern, out uint first, out uint last) && first == 0 && last == uint.MaxValue
            : key.EveryProcessHasOne
                && PatternCover.TakesAny(key == MatchKey.Executable || key == MatchKey.Cgroup ? pattern.TrimStart('/') : pattern);

    private static (MatchKey Key, string[] Patterns) Prepared(MatchCondition condition) => (
        condition.Key,
        condition.Key.IsNumber ? [.. condition.Patterns] : [.. condition.Patterns.Select(PatternCover.Prepare)]);
}
