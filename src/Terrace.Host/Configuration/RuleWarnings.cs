using System.Text;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>Rules that are right as far as the format goes but will not do what they seem to say, on this host.</summary>
internal sealed class RuleWarnings
{
    // Where programs are looked for that somebody named without a path.
    private static readonly string[] s_folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

    /// <summary>The kernel cuts names at 15 bytes (TASK_COMM_LEN, include/linux/sched.h).</summary>
    private const int MaxComm = 15;

    private readonly List<ConfigurationProblem> _warnings = [];
    private readonly RealPaths _paths = new();
    private readonly SystemdUnits _units;
    private readonly HashSet<string> _users;

    private RuleWarnings(string root)
    {
        _units = new SystemdUnits(root);
        _users = UsersIn(Path.Combine(root, "etc/passwd"));
    }

    /// <summary>
    /// All of them, in the order of the rules. <paramref name="root"/> is where units and users are looked for: <c>/</c>, or a tree in
    /// tests.
    /// </summary>
    public static IReadOnlyList<ConfigurationProblem> Of(DaemonConfiguration configuration, string root = "/")
    {
        RuleWarnings warnings = new(root);
        Dictionary<TargetRule, TargetRule> covered = new(ReferenceEqualityComparer.Instance);
        IReadOnlyList<(TargetRule Rule, TargetRule By)> shadows = RuleShadows.Of(configuration.Rules, out bool compared);
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

        if (!rule.Exclude && !rule.IncludeSystem && new RuleReach(rule).TakesAll)
        {
            Warn(
                rule, null, $"takes every process of the host but {SystemProcesses.Names}",
                "narrow it, or exclude others in rules before it");
        }

        foreach (MatchCondition condition in rule.Match.Required)
        {
            // Of several, some may be for other hosts: all of them must be wrong.
            foreach (string pattern in condition.Patterns)
            {
                if (ProblemOf(rule, condition.Key, pattern) is { } problem)
                {
                    Warn(rule, condition, problem.What, problem.Fix);
                }
            }
        }
    }

    private Problem? ProblemOf(TargetRule rule, MatchKey key, string pattern)
    {
        string prepared = PatternCover.Prepare(pattern);
        bool exact = !key.IsNumber && PatternCover.IsExact(prepared);
        return key == MatchKey.Executable ? OfProgram(rule, prepared, exact)
            : !exact ? null
            : key == MatchKey.Comm && Encoding.UTF8.GetByteCount(prepared) > MaxComm
                ? new Problem($"'{pattern}' never matches: the kernel cuts names at {MaxComm} bytes", $"write '{pattern[..MaxComm]}'")
            : key == MatchKey.Comm ? OfSystem(rule, pattern, new ProcessIdentity { Comm = prepared })
            : key == MatchKey.Cgroup && prepared.Length > 1 && prepared[^1] == '/'
                ? new Problem(
                    $"'{pattern}' never matches: no control group's path ends with a slash",
                    $"write '{pattern.TrimEnd('/')}' or '{pattern}*'")
            : key == MatchKey.Unit ? OfUnit(pattern)
            : key == MatchKey.User && _users.Count > 0 && !_users.Contains(prepared) && !prepared.All(char.IsAsciiDigit)
                ? new Problem($"'{pattern}' never matches: there is no such user in /etc/passwd", "write the user's number")
            : null;
    }

    private Problem? OfProgram(TargetRule rule, string prepared, bool exact)
    {
        if (prepared.Length == 0 || (prepared[0] != '/' && !PatternCover.IsExact(prepared[..1])))
        {
            return null;
        }

        if (prepared[0] != '/')
        {
            string? found = exact && !prepared.Contains('/', StringComparison.Ordinal)
                ? s_folders.Select(folder => _paths.Of($"{folder}/{prepared}")).FirstOrDefault(path => path is not null)
                : null;
            return new Problem(
                $"'{Written(prepared)}' never matches: a program is compared by its whole path",
                $"write '{found ?? "*/" + Written(prepared)}'");
        }

        // Of a pattern, the folders before its first wildcard.
        int end = exact ? prepared.Length : prepared.LastIndexOf('/', prepared.Length - 1, prepared.Length);
        if (!exact)
        {
            int wildcard = Enumerable.Range(0, prepared.Length).First(i => !PatternCover.IsExact(prepared.Substring(i, 1)));
            end = prepared.LastIndexOf('/', wildcard);
        }

        string literal = prepared[..end];
        string? real = literal.Length > 0 ? _paths.Of(literal) : null;
        return real is not null && real != Path.TrimEndingDirectorySeparator(Path.GetFullPath(literal))
            ? new Problem(
                $"'{literal}' is a symlink to {real}, and a program is compared by its real path",
                $"write '{real}{Written(prepared[end..])}'")
            : exact ? OfSystem(rule, prepared, new ProcessIdentity { Executable = prepared }) : null;
    }

    private Problem? OfUnit(string unit) =>
        !SystemdUnits.HasSuffix(unit) ? new Problem(
                $"'{unit}' never matches: names of units end in .service, .scope or .slice", $"write '{unit}.service'")
            : !_units.MayExist(unit) ? new Problem($"there is no unit '{unit}' on this host", "see systemctl list-unit-files for its name")
            : null;

    private static Problem? OfSystem(TargetRule rule, string pattern, ProcessIdentity named) =>
        !rule.Exclude && !rule.IncludeSystem && SystemProcesses.RoleOf(named) is { } role
            ? new Problem(
                $"'{pattern}' is {role}, which a rule takes only when it says so", "write include-system: true in the rule, or remove it")
            : null;

    private static string Written(string prepared) => prepared.Replace('\uFFFE', '*').Replace('\uFFFF', '?');

    private static HashSet<string> UsersIn(string passwd)
    {
        return SmallFile.TryRead(passwd, FileTree.MostBytes, out byte[]? text) == 0
            ? [.. Encoding.UTF8.GetString(text!).Split('\n').Select(line => line.Split(':', 2)[0])]
            : [];
    }

    private void Warn(TargetRule rule, MatchCondition? condition, string what, string fix) =>
        _warnings.Add(
            new ConfigurationProblem(
                rule.File, condition?.Line ?? rule.Line, condition is null ? $"rule '{rule.Name}'" : $"rule '{rule.Name}': {condition.Key}",
                what, fix)
            { IsWarning = true });
}
