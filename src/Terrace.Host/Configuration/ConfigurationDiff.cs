namespace Terrace.Host.Configuration;

/// <summary>What would change if one configuration took the place of another, in lines for people.</summary>
internal static class ConfigurationDiff
{
    private const int MostMoved = 5;

    /// <summary>The changes of effective values; none when both mean the same.</summary>
    public static IReadOnlyList<string> Between(ConfigurationOutline before, ConfigurationOutline after)
    {
        List<string> lines = [];
        Compare("host.", before.EffectiveHost(), after.EffectiveHost(), lines);
        Dictionary<string, RuleOutline> old = before.Rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        HashSet<string> kept = [];
        foreach (RuleOutline rule in after.Rules)
        {
            if (!old.TryGetValue(rule.Name, out RuleOutline? was))
            {
                string match = rule.Values.TryGetValue("match", out GivenValue value) ? value.Text : "";
                lines.Add($"+ rule {rule.Name} ({rule.File}:{rule.Line}): match {match}");
                continue;
            }

            kept.Add(rule.Name);
            Compare($"rule {rule.Name}: ", before.EffectiveRule(was), after.EffectiveRule(rule), lines);
        }

        lines.AddRange(before.Rules.Where(rule => !kept.Contains(rule.Name)).Select(rule => $"- rule {rule.Name}"));
        CompareOrder(
            [.. before.Rules.Select(rule => rule.Name).Where(kept.Contains)],
            [.. after.Rules.Select(rule => rule.Name).Where(kept.Contains)],
            lines);
        return lines;
    }

    private static void Compare(
        string prefix,
        IEnumerable<(string Key, GivenValue Value)> before,
        IEnumerable<(string Key, GivenValue Value)> after,
        List<string> lines)
    {
        Dictionary<string, GivenValue> old = before.ToDictionary(one => one.Key, one => one.Value);
        foreach ((string key, GivenValue value) in after)
        {
            if (!old.Remove(key, out GivenValue was))
            {
                lines.Add($"~ {prefix}{key}: {value.Text} ({value.Source})");
            }
            else if (was.Text != value.Text)
            {
                lines.Add($"~ {prefix}{key}: {was.Text} -> {value.Text} ({value.Source})");
            }
        }

        lines.AddRange(old.Select(gone => $"~ {prefix}{gone.Key}: {gone.Value.Text} -> no longer said"));
    }

    private static void CompareOrder(List<string> before, List<string> after, List<string> lines)
    {
        int first = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        if (first < after.Count)
        {
            string from = string.Join(", ", after.Skip(first).Take(MostMoved));
            lines.Add($"~ order of rules, from place {first + 1} on: {from}{(after.Count - first > MostMoved ? ", …" : "")}");
        }
    }
}
