using System.Globalization;
using System.IO.Enumeration;
using Terrace.Core.Units;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>One of the keys of <c>match</c>: which fact of a process it is compared with, and how.</summary>
internal sealed class MatchKey
{
    private readonly Func<ProcessIdentity, string, bool> _holds;
    private readonly Func<ProcessIdentity, string?> _shown;

    private MatchKey(string name, Func<ProcessIdentity, string?> fact)
        : this(name, (process, pattern) => IsLike(pattern, fact(process)), fact)
    {
    }

    private MatchKey(string name, Func<ProcessIdentity, string, bool> holds, Func<ProcessIdentity, string?> shown) =>
        (Name, _holds, _shown) = (name, holds, shown);

    public static MatchKey Cgroup { get; } = new("cgroup", process => process.Cgroup) { EveryProcessHasOne = true };

    public static MatchKey Executable { get; } = new("executable", process => process.Executable) { EveryProcessHasOne = true };

    public static MatchKey Command { get; } = new("command", process => process.Command) { EveryProcessHasOne = true };

    /// <summary>The name of its first thread, which the kernel cuts at 15 bytes.</summary>
    public static MatchKey Comm { get; } = new("comm", process => process.Comm) { EveryProcessHasOne = true };

    /// <summary>A pattern with a slash is for the path of the parent's program, one without for its name or number.</summary>
    public static MatchKey Parent { get; } = new(
        "parent",
        (process, pattern) => pattern.Contains('/', StringComparison.Ordinal)
            ? IsLike(pattern, process.ParentExecutable)
            : IsLike(pattern, process.ParentComm) || pattern == process.ParentPid?.ToString(CultureInfo.InvariantCulture),
        process => process.ParentPid is null ? null : $"{process.ParentExecutable ?? process.ParentComm} ({process.ParentPid})");

    public static MatchKey User { get; } = new(
        "user",
        (process, pattern) => IsLike(pattern, process.UserName) || IsLike(pattern, process.UserId),
        process => process.UserName ?? process.UserId)
    { EveryProcessHasOne = true };

    public static MatchKey Uid { get; } = Numbered("uid", process => process.UserId);

    public static MatchKey Gid { get; } = Numbered("gid", process => process.GroupId);

    public static MatchKey Unit { get; } = new("unit", process => process.Unit);

    public static MatchKey Container { get; } = new("container", process => process.Container);

    public static MatchKey Pod { get; } = new("pod", process => process.Pod);

    public static MatchKey PodName { get; } = new("pod-name", process => process.PodName);

    public static MatchKey Namespace { get; } = new("namespace", process => process.Namespace);

    public static MatchKey Vm { get; } = new("vm", process => process.Vm);

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<MatchKey> All { get; } =
        [Cgroup, Executable, Command, Comm, Parent, User, Uid, Gid, Unit, Container, Pod, PodName, Namespace, Vm];

    /// <summary>As it is written in the file.</summary>
    public string Name { get; }

    /// <summary>Its patterns are numbers or ranges of them, not globs.</summary>
    public bool IsNumber { get; private init; }

    /// <summary>A pattern that takes any text takes every process.</summary>
    public bool EveryProcessHasOne { get; private init; }

    /// <summary>Two patterns, for examples of lists.</summary>
    public string Example => IsNumber ? "1000, 1001" : "a, b";

    /// <summary>True when the process is like the pattern.</summary>
    public bool Holds(ProcessIdentity process, string pattern) => _holds(process, pattern);

    /// <summary>What it is of a process, for people; null when it has none.</summary>
    public string? Of(ProcessIdentity process) => _shown(process);

    /// <summary>What is wrong with a pattern that can mean nothing; null when it can.</summary>
    public Problem? ProblemOf(string pattern) =>
        NoText.ProblemOf(pattern) is { } problem ? problem
        : IsNumber ? ProblemOfNumbers(pattern)
        : this == Cgroup && pattern[0] is not ('/' or '*' or '?')
            ? PatternSpelling.ProblemOf(this, pattern)
                ?? new Problem($"'{pattern}' matches no control group: their paths begin with a slash", $"write '/{pattern}'")
            : null;

    /// <summary>Reads <c>1000</c> or <c>1000..1999</c>.</summary>
    public static bool TryRange(string text, out uint first, out uint last)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        last = 0;
        return dots < 0
            ? uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out first) && (last = first) == first
            : uint.TryParse(text.AsSpan(0, dots), NumberStyles.None, CultureInfo.InvariantCulture, out first)
                && uint.TryParse(text.AsSpan(dots + 2), NumberStyles.None, CultureInfo.InvariantCulture, out last)
                && first <= last;
    }

    public override string ToString() => Name;

    // Numbers that are none of Linux's (uid_t has 32 bits) are told from what is no number.
    private static Problem? ProblemOfNumbers(string text)
    {
        string[] ends = text.Split("..");
        bool areNumbers = ends.Length <= 2 && Array.TrueForAll(ends, end => end.Length > 0 && end.All(char.IsAsciiDigit));
        return TryRange(text, out _, out _) ? null
            : !areNumbers ? new Problem($"'{text}' is neither a number nor a range of numbers", "write for example 1000 or 1000..1999")
            : Array.TrueForAll(ends, end => uint.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? new Problem($"'{text}' ends before it begins", "write the lower number first")
            : new Problem($"'{text}' is out of range", $"write numbers from 0 to {uint.MaxValue}");
    }

    private static MatchKey Numbered(string name, Func<ProcessIdentity, string?> fact) => new(
        name,
        (process, pattern) => uint.TryParse(fact(process), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && TryRange(pattern, out uint first, out uint last)
            && number >= first
            && number <= last,
        fact)
    { IsNumber = true };

    private static bool IsLike(string pattern, string? text) =>
        text is not null && FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
