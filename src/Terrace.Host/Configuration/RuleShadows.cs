namespace Terrace.Host.Configuration;

/// <summary>
/// Finds rules that never apply, because an earlier one takes all that they could. Each rule is compared only with those that have a
/// piece of text in common with it, so that thousands of rules take no longer than they must.
/// </summary>
internal sealed class RuleShadows
{
    /// <summary>Comparisons before it gives up: less than a second of them.</summary>
    private const long MostWork = 4_000_000;

    private readonly Dictionary<MatchKey, Index> _indexes = [];
    private readonly List<int> _anywhere = [];
    private readonly List<RuleReach> _reaches = [];
    private long _work;

    private RuleShadows()
    {
    }

    /// <summary>
    /// The rules that are covered, each with the first that covers it. <paramref name="compared"/> is false when there were too many
    /// to compare all. <paramref name="host"/> knows which user has which number.
    /// </summary>
    public static IReadOnlyList<(TargetRule Rule, TargetRule By)> Of(
        IReadOnlyList<TargetRule> rules, out bool compared, HostFacts? host = null)
    {
        RuleShadows shadows = new();
        List<(TargetRule Rule, TargetRule By)> found = [];
        foreach (TargetRule rule in rules)
        {
            RuleReach reach = new(rule, host);
            if (shadows.FirstThatCovers(reach) is { } by)
            {
                found.Add((rule, by.Rule));
            }
            else
            {
                // What is covered covers nothing that the one that covers it does not.
                shadows.Add(reach);
            }

            if (shadows._work > MostWork)
            {
                compared = false;
                return found;
            }
        }

        compared = true;
        return found;
    }

    private RuleReach? FirstThatCovers(RuleReach rule)
    {
        SortedSet<int> candidates = [.. _anywhere];
        foreach ((MatchKey key, string[] patterns) in rule.Required.Concat(rule.SameAs))
        {
            if (_indexes.TryGetValue(key, out Index? index))
            {
                // Each of its patterns must be covered, so that those that cover the first are enough to look at.
                index.AddCandidates(patterns[0], candidates);
            }
        }

        _work += candidates.Count;
        foreach (int candidate in candidates)
        {
            _work += rule.Size + _reaches[candidate].Size;
            if (_work > MostWork)
            {
                return null;
            }

            if (_reaches[candidate].Covers(rule))
            {
                return _reaches[candidate];
            }
        }

        return null;
    }

    private void Add(RuleReach rule)
    {
        int number = _reaches.Count;
        _reaches.Add(rule);
        if (rule.Required.Count == 0)
        {
            _anywhere.Add(number);
            return;
        }

        // By the condition that the fewest others share.
        (MatchKey key, string[] patterns) = rule.Required.MinBy(
            one => one.Patterns.Max(pattern => IndexOf(one.Key).CountOf(one.Key, pattern)));
        foreach (string pattern in patterns)
        {
            IndexOf(key).Add(key, pattern, number);
        }
    }

    private Index IndexOf(MatchKey key)
    {
        if (!_indexes.TryGetValue(key, out Index? index))
        {
            _indexes[key] = index = new Index();
        }

        return index;
    }

    /// <summary>Rules by a text that whatever they cover must contain, or must be.</summary>
    private sealed class Index
    {
        private readonly Dictionary<string, List<int>> _whole = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<int>> _parts = new(StringComparer.Ordinal);
        private readonly SortedSet<int> _lengths = [];

        public int CountOf(MatchKey key, string pattern)
        {
            (string text, bool whole) = TextOf(key, pattern);
            return (whole ? _whole : _parts).TryGetValue(text, out List<int>? rules) ? rules.Count : 0;
        }

        public void Add(MatchKey key, string pattern, int rule)
        {
            (string text, bool whole) = TextOf(key, pattern);
            Dictionary<string, List<int>> index = whole ? _whole : _parts;
            if (!index.TryGetValue(text, out List<int>? rules))
            {
                index[text] = rules = [];
            }

            rules.Add(rule);
            if (!whole)
            {
                _lengths.Add(text.Length);
            }
        }

        private static (string Text, bool Whole) TextOf(MatchKey key, string pattern) =>
            key.IsNumber
                ? pattern.Contains("..", StringComparison.Ordinal) ? ("", false) : (pattern, true)
                : (PatternCover.LongestLiteral(pattern), PatternCover.IsExact(pattern));

        public void AddCandidates(string pattern, SortedSet<int> candidates)
        {
            if (_whole.TryGetValue(pattern, out List<int>? same))
            {
                candidates.UnionWith(same);
            }

            Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> parts = _parts.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (int length in _lengths)
            {
                for (int start = 0; start + length <= pattern.Length; start += length == 0 ? pattern.Length + 1 : 1)
                {
                    if (parts.TryGetValue(pattern.AsSpan(start, length), out List<int>? like))
                    {
                        candidates.UnionWith(like);
                    }
                }
            }
        }
    }
}
