using System.Buffers;
using System.Text.RegularExpressions;
using Terrace.Core.Units;

namespace Terrace.Host.Configuration;

/// <summary>
/// Patterns that can match nothing, whatever the host: what other languages of patterns, shells and units have and globs of rules do
/// not, and paths as the kernel never says them.
/// </summary>
internal static partial class PatternSpelling
{
    private const int MostAlternatives = 6;
    private const string WholePath = "write the whole path";
    private static readonly SearchValues<char> s_plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-@:+*?");

    private const string Deleted = " (deleted)";
    private const string GroupsFolder = "/sys/fs/cgroup";

    /// <summary>The first problem of a pattern; null when it may match.</summary>
    public static Problem? ProblemOf(MatchKey key, string pattern) =>
        key.IsNumber ? null
            : IsPlain(pattern) ? OfPath(key, pattern)
            : OfEnds(pattern) ?? OfVariables(key, pattern) ?? OfOtherPatterns(key, pattern) ?? OfPath(key, pattern);

    /// <summary>True for a key, or a pattern of <c>parent</c>, that is compared with a path.</summary>
    public static bool IsPath(MatchKey key, string pattern) =>
        key == MatchKey.Executable
        || key == MatchKey.Cgroup
        || (key == MatchKey.Parent && pattern.Contains('/', StringComparison.Ordinal));

    // Most patterns: nothing in them could mean something elsewhere. Of thousands of rules each is looked at.
    private static bool IsPlain(string pattern) =>
        pattern.AsSpan().IndexOfAnyExcept(s_plain) < 0 && !pattern.StartsWith(".*", StringComparison.Ordinal);

    private static Problem? OfEnds(string pattern)
    {
        string trimmed = pattern.Trim(' ', '\t', '\u00a0');
        return trimmed.Length == 0 ? new Problem("has only spaces, and never matches", "write what is meant")
            : trimmed.Length < pattern.Length ? Never(pattern, "it begins or ends with a space", $"write '{trimmed}'")
            : pattern.Length > 2 && pattern[0] is '"' or '\'' && pattern[^1] == pattern[0]
                ? Never(pattern, "quotes within quotes are letters like others", $"write '{pattern[1..^1]}'")
            : CurlyQuotes().IsMatch(pattern)
                ? Never(
                    pattern,
                    "curly quotes are letters like others",
                    $"write '{pattern.Trim('\u201c', '\u201d', '\u2018', '\u2019', '\u201e')}'")
            : null;
    }

    private static Problem? OfVariables(MatchKey key, string pattern)
    {
        bool isPath = IsPath(key, pattern);
        if (pattern[0] == '~' && (isPath || pattern.StartsWith("~/", StringComparison.Ordinal)))
        {
            return Never(pattern, "the tilde is not replaced here", WholePath);
        }

        // A command line may well have one, as the shell that was given it shows.
        if (Variable().Match(pattern) is { Success: true } variable && (key != MatchKey.Command || variable.Index == 0))
        {
            return Never(
                pattern,
                $"the variable {variable.Value} is not replaced here",
                isPath || key == MatchKey.Command ? WholePath : "write its value");
        }

        return key != MatchKey.Command && Specifier().Match(pattern) is { Success: true } specifier
            ? Never(
                pattern,
                $"{specifier.Value} is not replaced here",
                isPath && specifier.Index == 0 ? WholePath : $"write '{Specifier().Replace(pattern, "*")}', or what it stands for")
            : null;
    }

    private static Problem? OfOtherPatterns(MatchKey key, string pattern)
    {
        bool isCommand = key == MatchKey.Command;
        if (Braces().Match(pattern) is { Success: true } braces)
        {
            return Never(pattern, "patterns have no braces", ListOf(pattern, braces, braces.Groups["inner"].Value.Split(',')));
        }

        if (Group().Match(pattern) is { Success: true } group)
        {
            return Never(pattern, "patterns have no alternatives with |", ListOf(pattern, group, group.Groups["inner"].Value.Split('|')));
        }

        if (ExtendedGroup().IsMatch(pattern) && !isCommand)
        {
            return Never(pattern, "patterns have no groups", "write a list, and under not what is to be left out");
        }

        // Programs write their state in brackets behind a space: "sshd: root [priv]".
        if (Brackets().Match(pattern) is { Success: true } brackets
            && (!isCommand || (brackets.Index > 0 && pattern[brackets.Index - 1] != ' ')))
        {
            string inner = brackets.Groups["inner"].Value;
            string rest = pattern[(brackets.Index + brackets.Length)..];
            return Never(
                pattern,
                "patterns have no sets in brackets",
                inner.All(char.IsLetterOrDigit)
                    ? ListOf(pattern, brackets, [.. inner.Select(letter => letter.ToString())])
                    : $"write ? for any character, or a list: [{pattern[..brackets.Index]}a{rest}, …]");
        }

        if (Expression().IsMatch(pattern))
        {
            string glob = pattern.TrimStart('^').TrimEnd('$').Replace(".*", "*", StringComparison.Ordinal);
            return Never(
                pattern, "it is a regular expression, and patterns are globs", glob.Length > 0 ? $"write \"{glob}\"" : "write a glob");
        }

        if (!isCommand && pattern.AsSpan().IndexOfAny(',', '|') >= 0)
        {
            string[] parts = pattern.Split([',', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return parts.Length > 1 ? Never(pattern, "it is one pattern", $"write a list: [{string.Join(", ", parts)}]") : null;
        }

        return (key == MatchKey.Unit || key == MatchKey.Cgroup) && UnitEscape().IsMatch(pattern)
            ? Never(
                pattern,
                "a backslash only takes the special meaning from what follows it",
                $"write '{UnitEscape().Replace(pattern, @"\$0")}'")
            : null;
    }

    private static Problem? OfPath(MatchKey key, string pattern)
    {
        if (!IsPath(key, pattern))
        {
            return key == MatchKey.Comm && pattern[0] == '/'
                ? Never(
                    pattern,
                    "names of processes have no folder",
                    $"write '{pattern[(pattern.LastIndexOf('/') + 1)..]}', or use executable")
                : null;
        }

        if (pattern.EndsWith(Deleted, StringComparison.Ordinal))
        {
            return Never(pattern, "a program that was replaced keeps its path", $"write '{pattern[..^Deleted.Length]}'");
        }

        if (pattern.Contains("//", StringComparison.Ordinal))
        {
            return Never(
                pattern, "the kernel writes one slash where there are several", $"write '{DoubleSlash().Replace(pattern, "/")}'");
        }

        if (pattern.Contains('.', StringComparison.Ordinal) && Dots().IsMatch(pattern))
        {
            return Never(
                pattern,
                "no path that the kernel writes has . or .. in it",
                pattern[0] == '/' && !pattern.Contains('*', StringComparison.Ordinal) ? $"write '{Path.GetFullPath(pattern)}'" : WholePath);
        }

        if (key == MatchKey.Cgroup && (pattern == GroupsFolder || pattern.StartsWith(GroupsFolder + "/", StringComparison.Ordinal)))
        {
            string rest = pattern[GroupsFolder.Length..];
            return Never(pattern, "paths of control groups begin below that folder", $"write '{(rest.Length > 1 ? rest : "/*")}'");
        }

        return pattern.Length > 1 && pattern[^1] == '/'
            ? key == MatchKey.Cgroup
                ? Never(pattern, "no control group's path ends with a slash", $"write '{pattern.TrimEnd('/')}' or '{pattern}*'")
                : Never(
                    pattern, "no program's path ends with a slash", $"leave the slash out, or write '{pattern}*' for all that is below it")
            : null;
    }

    private static string ListOf(string pattern, Match match, string[] alternatives)
    {
        IEnumerable<string> all = alternatives.Take(MostAlternatives)
            .Select(one => $"{pattern[..match.Index]}{one.Trim()}{pattern[(match.Index + match.Length)..]}")
            .Select(one => Files.YamlFlow.Of(one));
        return $"write a list: [{string.Join(", ", alternatives.Length > MostAlternatives ? all.Append("…") : all)}]";
    }

    private static Problem Never(string pattern, string why, string fix) => new($"'{pattern}' never matches: {why}", fix);

    [
        GeneratedRegex(
            "^[\u201c\u201d\u2018\u2019\u201e]|[\u201c\u201d\u2018\u2019]$",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex CurlyQuotes();

    [GeneratedRegex(@"\$(\{[A-Za-z_]\w*\}|\([^)]*\)|[A-Za-z_]\w*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    // systemd.unit(5), "Specifiers".
    [GeneratedRegex("%[a-zA-Z]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Specifier();

    [GeneratedRegex(@"\{(?<inner>[^{},]+(,[^{},]*)+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Braces();

    [GeneratedRegex(@"[@+?*!]?\((?<inner>[^()|]+(\|[^()|]+)+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Group();

    [GeneratedRegex(@"[@+!]\([^()]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExtendedGroup();

    [GeneratedRegex(@"\[(?<inner>[^\[\]/ ]+)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Brackets();

    [GeneratedRegex(@"^\^|^\.\*|[^\\]\$$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();

    [GeneratedRegex(@"(?<!\\)\\x[0-9a-f]{2}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnitEscape();

    [GeneratedRegex("/{2,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DoubleSlash();

    [GeneratedRegex(@"(^|/)\.{1,2}(/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dots();
}
