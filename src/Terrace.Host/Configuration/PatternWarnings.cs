using System.Buffers;
using System.Text;
using Terrace.Core.Units;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>Single patterns of rules that will not do what they seem to say, on this host.</summary>
internal sealed class PatternWarnings(HostFacts host, SystemdUnits units)
{
    // Where programs are looked for that somebody named without a path.
    private static readonly string[] s_folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

    /// <summary>The kernel cuts names at 15 bytes (TASK_COMM_LEN, include/linux/sched.h).</summary>
    private const int MaxComm = 15;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    // RFC 1123, of which Kubernetes takes lower case only.
    private static readonly SearchValues<char> s_podName = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-.");

    private readonly RealPaths _paths = new();

    /// <summary>What is wrong with a pattern; null when it may match.</summary>
    public Problem? ProblemOf(MatchKey key, string pattern)
    {
        string prepared = PatternCover.Prepare(pattern);
        bool exact = !key.IsNumber && PatternCover.IsExact(prepared);
        bool isPath = PatternSpelling.IsPath(key, pattern);

        // A file may be named as strangely as it is; of what is there its own path is right.
        bool isThere = exact && isPath && key != MatchKey.Cgroup && prepared[0] == '/' && _paths.Of(prepared) == prepared;
        return isThere ? OfFile(prepared)
            : PatternSpelling.ProblemOf(key, pattern)
            ?? (isPath && key != MatchKey.Cgroup ? OfProgram(prepared, exact)
                : key == MatchKey.Comm || key == MatchKey.Parent ? OfName(pattern, prepared)
                : key == MatchKey.Container || key == MatchKey.Pod ? OfIdentifier(key, pattern, prepared, exact)
                : key == MatchKey.PodName || key == MatchKey.Namespace ? OfPodName(pattern, prepared)
                : !exact ? null
                : key == MatchKey.Unit ? OfUnit(pattern)
                : key == MatchKey.User && host.HasNoUser(prepared)
                    ? new Problem($"'{pattern}' never matches: there is no such user in /etc/passwd",
                        MatchKey.TryRange(prepared, out _, out _) ? $"write uid: {prepared}" : "write the user's number")
                : null);
    }

    /// <summary>The pattern names a process that rules take only when they say so; null when it does not.</summary>
    public static Problem? OfSystem(TargetRule rule, MatchKey key, string pattern)
    {
        string prepared = PatternCover.Prepare(pattern);
        ProcessIdentity? named = !PatternCover.IsExact(prepared) ? null
            : key == MatchKey.Executable ? new ProcessIdentity { Executable = prepared }
            : key == MatchKey.Comm ? new ProcessIdentity { Comm = prepared }
            : null;
        return named is not null && !rule.Exclude && !rule.IncludeSystem && SystemProcesses.RoleOf(named) is { } role
            ? new Problem(
                $"'{pattern}' is {role}, which a rule takes only when it says so", "write include-system: true in the rule, or remove it")
            : null;
    }

    /// <summary>
    /// True when there is no program or control group that a pattern names, or not even the folder before its first wildcard; it may
    /// come.
    /// </summary>
    public bool IsNothingThere(MatchKey key, string pattern)
    {
        string prepared = PatternCover.Prepare(pattern);
        return PatternSpelling.IsPath(key, pattern)
            && prepared[0] == '/'
            && FoldersOf(prepared) is { Length: > 0 } path
            && (key == MatchKey.Cgroup ? host.HasNoGroup(path) : HostFacts.IsNothingAt(path));
    }

    // All of what has no wildcard, else the folders before the first.
    private static string FoldersOf(string prepared) =>
        PatternCover.FirstWildcard(prepared) is var end && end == prepared.Length
            ? prepared
            : prepared[..Math.Max(0, prepared.LastIndexOf('/', end))];

    private static Problem? OfFile(string path) =>
        HostFacts.IsFolder(path)
            ? new Problem(
                $"'{path}' never matches: it is a folder, not a program", $"write '{path.TrimEnd('/')}/*' for all that is below it")
            : HostFacts.InterpreterOf(path) is { } interpreter
                ? new Problem(
                    $"'{path}' never matches: it is a script, and the program that runs is {interpreter}",
                    $"write command: \"*{path}*\" instead")
                : HostFacts.IsNoProgram(path)
                    ? new Problem($"'{path}' never matches: it is a file that nobody may execute", "name the program that runs")
                : null;

    private static Problem? OfName(string pattern, string prepared) =>
        PatternCover.LeastBytes(prepared) > MaxComm && !prepared.All(char.IsAsciiDigit)
            ? new Problem(
                $"'{pattern}' never matches: the kernel cuts names at {MaxComm} bytes", $"write '{PatternCover.Written(Cut(prepared))}'")
            : null;

    private static string Cut(string prepared)
    {
        StringBuilder cut = new();
        int bytes = 0;
        foreach (Rune rune in prepared.EnumerateRunes())
        {
            string text = rune.ToString();
            bytes += PatternCover.LeastBytes(text);
            if (bytes > MaxComm)
            {
                break;
            }

            cut.Append(text);
        }

        return cut.ToString();
    }

    private Problem? OfProgram(string prepared, bool exact)
    {
        int wildcard = PatternCover.FirstWildcard(prepared);
        if (wildcard == 0)
        {
            return null;
        }

        if (prepared[0] != '/')
        {
            string? found = exact && !prepared.Contains('/', StringComparison.Ordinal)
                ? s_folders.Select(folder => _paths.Of($"{folder}/{prepared}")).FirstOrDefault(path => path is not null)
                : null;
            string written = PatternCover.Written(prepared);
            return new Problem(
                $"'{written}' never matches: a program is compared by its whole path", $"write '{found ?? "*/" + written}'");
        }

        if (exact && prepared.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space && _paths.Of(prepared[..space]) is { } program)
        {
            return new Problem(
                $"'{prepared}' never matches: a program is compared without its arguments", $"write '{program}', or use command");
        }

        string literal = FoldersOf(prepared);
        int end = literal.Length;
        string? real = literal.Length > 0 ? _paths.Of(literal) : null;
        return real is not null && real != Path.TrimEndingDirectorySeparator(Path.GetFullPath(literal, "/"))
            ? new Problem(
                $"'{literal}' is a symlink to {real}, and a program is compared by its real path",
                $"write '{real}{PatternCover.Written(prepared[end..])}'")
            : null;
    }

    // ControlGroupPath.ContainerOf and PodOf: 64 hexadecimal digits, or a name; a UUID.
    private Problem? OfIdentifier(MatchKey key, string pattern, string prepared, bool exact)
    {
        const int Container = 64, Uuid = 36, Mirror = 32;
        string written = prepared.Replace("-", "", StringComparison.Ordinal);
        bool isHex = PatternCover.Literals(written).AsSpan().IndexOfAnyExcept(s_hex) < 0;
        bool isWhole = key == MatchKey.Container ? prepared.Length == Container : prepared.Length is Uuid or Mirror;
        string what = key == MatchKey.Container ? "a container is compared by the 64 hexadecimal digits of its identifier"
            : "a pod is compared by its identifier, a UUID";
        return !isHex && key == MatchKey.Container
            ? !exact || host.HasNoMachine(prepared)
                ? new Problem(
                    $"'{pattern}' only matches a container of LXC or systemd-nspawn: others are compared by 64 hexadecimal digits",
                    "write the identifier, or its beginning and *, unless such a container comes later")
                : null
            : !isHex ? new Problem($"'{pattern}' never matches: {what}", "write the identifier, or its beginning and *")
            : exact && !isWhole ? new Problem($"'{pattern}' never matches: {what}", $"write '{pattern}*' for one that begins so")
            : null;
    }

    private Problem? OfPodName(string pattern, string prepared) =>
        PatternCover.Literals(prepared).AsSpan().IndexOfAnyExcept(s_podName) >= 0
            ? new Problem(
                $"'{pattern}' never matches: names of pods and namespaces have lower-case letters, digits, dots and dashes only",
                "see kubectl get pods --all-namespaces")
            : host.HasNoPods
                ? new Problem($"'{pattern}' matches nothing now: this host has no /var/log/pods, which tells names of pods",
                    "show that folder of the host to Terrace, or use pod")
                : null;

    private static string WithLowerSuffix(string unit) =>
        unit[..unit.LastIndexOf('.')] + unit[unit.LastIndexOf('.')..].ToLowerInvariant();

    private const string UnitsOfProcesses = "units that processes are in end in .service, .scope or .slice";

    private static bool IsOfProcesses(string unit) =>
        unit.EndsWith(".service", StringComparison.Ordinal)
        || unit.EndsWith(".scope", StringComparison.Ordinal)
        || unit.EndsWith(".slice", StringComparison.Ordinal);

    private Problem? OfUnit(string unit) =>
        !SystemdUnits.HasSuffix(unit) && SystemdUnits.HasSuffix(unit.ToLowerInvariant()) ? new Problem(
                $"'{unit}' never matches: names of units end in lower case", $"write '{WithLowerSuffix(unit)}'") :
        SystemdUnits.IsWithoutProcesses(unit) ? new Problem(
                $"'{unit}' never matches: {UnitsOfProcesses}", $"write '{unit[..unit.LastIndexOf('.')]}.service', or what it starts") :
        !SystemdUnits.HasSuffix(unit) ? new Problem($"'{unit}' never matches: {UnitsOfProcesses}", $"write '{unit}.service'")
            : !units.MayExist(unit) ? new Problem(
                $"there is no unit '{unit}' on this host{(IsOfProcesses(unit) ? "" : $", and {UnitsOfProcesses}")}",
                "see systemctl list-unit-files for its name")
            : null;
}
