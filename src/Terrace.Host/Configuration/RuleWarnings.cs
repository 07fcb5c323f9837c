using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Host.Configuration;

/// <summary>Rules that are right as far as the format goes but will not do what they seem to say, on this host.</summary>
internal sealed class RuleWarnings
{
    // As many of a list are named.
    private const int MostNamed = 3;

    private readonly List<ConfigurationProblem> _warnings = [];
    private readonly HostFacts _host;
    private readonly PatternWarnings _patterns;

    private RuleWarnings(string root)
    {
        _host = new HostFacts(root);
        _patterns = new PatternWarnings(_host, new SystemdUnits(root));
    }

    /// <summary>
    /// All of them, in the order of the rules. <paramref name="root"/> is where units, control groups and users are looked for:
    /// <c>/</c>, or a tree in tests.
    /// </summary>
    public static IReadOnlyList<ConfigurationProblem> Of(DaemonConfiguration configuration, string root = "/")
    {
        RuleWarnings warnings = new(root);
        Dictionary<TargetRule, TargetRule> covered = new(ReferenceEqualityComparer.Instance);
        IReadOnlyList<(TargetRule Rule, TargetRule By)> shadows = RuleShadows.Of(
            configuration.Rules, out bool compared, warnings._host);
        foreach ((TargetRule rule, TargetRule by) in shadows)
        {
            covered[rule] = by;
        }

        foreach (TargetRule rule in configuration.Rules)
        {
            warnings.Look(rule, covered.GetValueOrDefault(rule));
        }

        if (!compared)
        {
            warnings._warnings.Add(
                new ConfigurationProblem(
                    configuration.Rules[0].File, 0, "rules", "there are too many with wildcards to see which cover which",
                    "join some, for example by lists in match")
                { IsWarning = true });
        }

        return warnings._warnings;
    }

    private void Look(TargetRule rule, TargetRule? coveredBy)
    {
        if (coveredBy is not null)
        {
            Warn(
                rule,
                null,
                $"never applies: rule '{coveredBy.Name}' ({coveredBy.File}:{coveredBy.Line}) comes first and takes all that it could",
                "move it before that rule, or remove it");
            return;
        }

        RuleReach reach = new(rule);
        if (reach.LeavesNothing is { } nothing)
        {
            WarnOfNot(rule, nothing, "never matches: 'not' leaves out all that the rule could match", "remove one of the two");
            return;
        }

        if (MatchWitness.Contradiction(rule.Match, _host) is { Count: > 0 } keys)
        {
            Warn(
                rule,
                rule.Match.Required.First(one => keys.Contains(one.Key)),
                $"never matches: its conditions on {string.Join(" and ", keys)} exclude each other",
                "remove one of them");
            return;
        }

        if (!rule.Exclude && !rule.IncludeSystem && reach.TakesAll)
        {
            Warn(
                rule, null, $"takes every process of the host but {SystemProcesses.Names}",
                "narrow it, or exclude others in rules before it");
        }

        foreach (MatchCondition condition in rule.Match.Required)
        {
            foreach (string pattern in reach.LeftOut(condition))
            {
                WarnOfNot(
                    rule, condition.Key, $"leaves out '{pattern}', which the rule names to match", "remove it in one of the two places");
            }

            if (!LookAt(rule, condition, ""))
            {
                WarnOfNothing(rule, condition);
            }
        }

        // What 'not' names wrongly is not left out.
        foreach (MatchCondition condition in rule.Match.Refused)
        {
            LookAt(rule, condition, "not.");
        }
    }

    // True when there was something to warn of.
    private bool LookAt(TargetRule rule, MatchCondition condition, string place)
    {
        int before = _warnings.Count;
        foreach (string pattern in condition.Patterns)
        {
            Problem? problem = _patterns.ProblemOf(condition.Key, pattern)
                ?? (place.Length == 0 ? PatternWarnings.OfSystem(rule, condition.Key, pattern) : null);
            if (problem is not null)
            {
                Warn(rule, condition, problem.What, problem.Fix, place);
            }
        }

        return _warnings.Count > before;
    }

    // Of several, some may be for other hosts: all of them must be missing.
    private void WarnOfNothing(TargetRule rule, MatchCondition condition)
    {
        if (condition.Patterns.All(pattern => _patterns.IsNothingThere(condition.Key, pattern)))
        {
            string named = string.Join(", ", condition.Patterns.Take(MostNamed).Select(pattern => $"'{pattern}'"));
            string what = condition.Key == MatchKey.Cgroup ? "control group" : "program";
            Warn(
                rule,
                condition,
                condition.Patterns.Count == 1 ? $"nothing is at {named} now" : $"nothing is at any of {named}{(
                    condition.Patterns.Count > MostNamed ? ", …" : "")} now",
                $"check the path, unless that {what} comes later{(what == "program" ? " or is in a container" : "")}");
        }
    }

    private void WarnOfNot(TargetRule rule, MatchKey key, string what, string fix) =>
        Warn(rule, rule.Match.Refused.First(one => one.Key == key), what, fix, "not.");

    private void Warn(TargetRule rule, MatchCondition? condition, string what, string fix, string place = "") =>
        _warnings.Add(
            new ConfigurationProblem(
                rule.File,
                condition?.Line ?? rule.Line,
                condition is null ? $"rule '{rule.Name}'" : $"rule '{rule.Name}': {place}{condition.Key}",
                what,
                fix)
            { IsWarning = true });
}
