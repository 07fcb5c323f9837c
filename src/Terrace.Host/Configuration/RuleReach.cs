namespace Terrace.Host.Configuration;

/// <summary>What a rule can take, as far as its patterns say, prepared to be compared with others.</summary>
internal sealed class RuleReach
{
    private static readonly string s_everyNumber = $"0..{uint.MaxValue - 1}";
    private static readonly string s_text = PatternCover.Prepare("?*");
    private static readonly string s_word = PatternCover.Prepare("???*");
    private static readonly string s_path = PatternCover.Prepare("/?*");
    private static readonly string s_inFolder = PatternCover.Prepare("/?*/?*");
    private static readonly string s_group = PatternCover.Prepare("/*");

    private readonly List<(MatchKey Key, string[] Patterns)> _required = [];
    private readonly List<(MatchKey Key, string[] Patterns)> _refused;
    private readonly bool _takesSystem;

    private readonly List<(MatchKey Key, string[] Patterns)> _sameAs = [];

    /// <param name="rule">The rule.</param>
    /// <param name="host">Knows which user has which number; null where that is not asked.</param>
    public RuleReach(TargetRule rule, HostFacts? host = null)
    {
        Rule = rule;
        _takesSystem = rule.Exclude || rule.IncludeSystem;
        _refused = [.. rule.Match.Refused.Select(Prepared)];
        foreach (MatchCondition condition in rule.Match.Required)
        {
            (MatchKey key, string[] patterns) = Prepared(condition);
            if (!TakesEvery(key, patterns))
            {
                _required.Add((key, patterns));
                AddSame(condition, host);
            }
        }
    }

    public TargetRule Rule { get; }

    /// <summary>It takes every process, or all but some that people do not think of.</summary>
    public bool TakesAll =>
        _refused.Count == 0 && _required.TrueForAll(one => one.Patterns.Any(pattern => TakesNearlyEvery(one.Key, pattern)));

    /// <summary>What is refused that leaves nothing of what is required; null when something may be left.</summary>
    public MatchKey? LeavesNothing =>
        _refused.FirstOrDefault(
            no => TakesEvery(no.Key, no.Patterns)
                || Rule.Match.Required.Select(Prepared).Any(yes => yes.Key == no.Key && CoversAll(no, yes))).Key;

    /// <summary>The patterns of a condition that <c>not</c> leaves nothing of, though something of others.</summary>
    public IEnumerable<string> LeftOut(MatchCondition required) =>
        required.Patterns.Where(pattern => _refused.Any(
            no => no.Key == required.Key
                && CoversAll(no, (no.Key, [no.Key.IsNumber ? pattern : PatternCover.Prepare(pattern)]))));

    /// <summary>What narrows it; a condition that every process meets does not.</summary>
    public IReadOnlyList<(MatchKey Key, string[] Patterns)> Required => _required;

    /// <summary>What narrows it as much, in the words of another key: a user by the number.</summary>
    public IReadOnlyList<(MatchKey Key, string[] Patterns)> SameAs => _sameAs;

    /// <summary>How much work it is to compare it with another.</summary>
    public int Size => 1 + _required.Sum(one => one.Patterns.Length) + _refused.Sum(one => one.Patterns.Length);

    /// <summary>True when it surely takes every process that the other takes.</summary>
    public bool Covers(RuleReach other) =>
        (_takesSystem || !other._takesSystem || other.Rule.Exclude)
            && _required.All(mine => other._required.Concat(other._sameAs).Any(its => Covers(mine, its)))
            && _refused.All(mine => other._refused.Any(its => Covers(its, mine)) || other._required.Any(its => AreApart(its, mine)));

    // No process meets both: each pattern stands for one text, and none is in both lists. A user's name and number are two texts.
    private static bool AreApart((MatchKey Key, string[] Patterns) one, (MatchKey Key, string[] Patterns) other) =>
        one.Key == other.Key
        && !one.Key.IsNumber
        && one.Key != MatchKey.Parent
        && one.Patterns.Concat(other.Patterns).All(
            pattern => PatternCover.IsExact(pattern) && (one.Key != MatchKey.User || !char.IsAsciiDigit(pattern[0])))
        && !one.Patterns.Intersect(other.Patterns, StringComparer.Ordinal).Any();

    private void AddSame(MatchCondition condition, HostFacts? host)
    {
        if (host is null || (condition.Key != MatchKey.User && condition.Key != MatchKey.Uid))
        {
            return;
        }

        bool byName = condition.Key == MatchKey.User;
        string?[] same =
        [
            .. condition.Patterns.Select(pattern => byName ? PatternCover.Prepare(pattern) : pattern)
                .Select(pattern => byName && !PatternCover.IsExact(pattern) ? null : host.UserOf(pattern))
                .Select(user => byName ? user?.UserId : user?.UserName is { } name ? PatternCover.Prepare(name) : null),
        ];
        if (Array.TrueForAll(same, one => one is not null))
        {
            _sameAs.Add((byName ? MatchKey.Uid : MatchKey.User, [.. same.OfType<string>()]));
        }
    }

    private static bool Covers((MatchKey Key, string[] Patterns) broad, (MatchKey Key, string[] Patterns) narrow) =>
        broad.Key == narrow.Key && CoversAll(broad, narrow);

    private static bool CoversAll((MatchKey Key, string[] Patterns) broad, (MatchKey Key, string[] Patterns) narrow) =>
        broad.Key.IsNumber && broad.Patterns.Length > 1
            ? NumberRanges.Covers(broad.Patterns, narrow.Patterns)
            : narrow.Patterns.All(its => broad.Patterns.Any(mine => Covers(broad.Key, mine, its)));

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

    private static bool TakesEvery(MatchKey key, string[] patterns) =>
        key.IsNumber ? NumberRanges.Covers(patterns, [s_everyNumber])
            : key.EveryProcessHasOne && patterns.Any(pattern => PatternCover.Covers(pattern, LeastOf(key)));

    // Programs lie in a folder of the root, and only the kernel's own processes in the root of control groups; all processes but
    // the first have a parent.
    private static bool TakesNearlyEvery(MatchKey key, string pattern) =>
        !key.IsNumber
            && (key.EveryProcessHasOne || key == MatchKey.Parent)
            && PatternCover.Covers(
                pattern, key == MatchKey.Cgroup ? s_path : PatternSpelling.IsPath(key, pattern) ? s_inFolder : s_word);

    // The pattern of all that a key can be: a path begins with a slash, so that "/*" and "*/*" take as many as "*".
    private static string LeastOf(MatchKey key) => key == MatchKey.Executable ? s_path : key == MatchKey.Cgroup ? s_group : s_text;

    private static (MatchKey Key, string[] Patterns) Prepared(MatchCondition condition) => (
        condition.Key,
        condition.Key.IsNumber ? [.. condition.Patterns] : [.. condition.Patterns.Select(PatternCover.Prepare)]);
}
