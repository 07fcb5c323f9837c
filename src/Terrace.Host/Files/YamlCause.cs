using System.Text.RegularExpressions;
using Terrace.Core.Units;
using YamlDotNet.Core;

namespace Terrace.Host.Files;

/// <summary>
/// Says in an operator's words why a text is no YAML. The parser says what it looked for; what was written is often one of a few
/// mistakes that can be seen in the line itself.
/// </summary>
internal static partial class YamlCause
{
    private const int LongestLine = 2000;

    /// <summary>The line, from 1, and what is wrong there.</summary>
    public static (long Line, Problem Problem) Of(string text, YamlException error)
    {
        string[] lines = text.Split('\n');
        int at = (int)Math.Clamp(error.Start.Line, 1, lines.Length);
        int tab = Array.FindIndex(lines, line => line.Contains('\t', StringComparison.Ordinal) && TabInIndent().IsMatch(line));
        if (tab >= 0 && (error.Message.Contains("tab", StringComparison.Ordinal) || Math.Abs(tab + 1 - at) <= 1))
        {
            return (tab + 1, new Problem("is indented with a tab, which YAML does not take", "write blanks instead"));
        }

        // The parser notices some mistakes only in the line after.
        foreach (int line in (int[])[at, at - 1])
        {
            if (line >= 1 && OfLine(lines[line - 1].TrimEnd('\r')) is { } problem)
            {
                return (line, problem);
            }
        }

        bool Says(string part) => error.Message.Contains(part, StringComparison.OrdinalIgnoreCase);
        return (at, Says("quoted scalar") || Says("-quoted")
                ? new Problem("begins a text in quotes that does not end", "write the quote at its end too")
            : Says("mapping values are not allowed")
                ? new Problem(
                    "has a colon where no key can be", "indent it as the line before, or write quotes around a value with ': ' in it")
            : Says("flow mapping") || Says("flow sequence") || Says("node content")
                ? new Problem(
                    "has a bracket that is not closed, or a comma missing before this", "write { key: value, key: value } and [a, b]")
            : Says("block")
                ? new Problem("is not indented as the lines before it", "begin keys that belong together in the same column")
            : new Problem(
                $"is not YAML: {error.Message.TrimEnd('.')}", "check indentation, colons and quotes of this line and the one before"));
    }

    /// <summary>A value that begins with a sign that YAML has for itself.</summary>
    public static Problem NeedsQuotes(string value) =>
        new($"a value that begins with {value[0]} must be quoted", $"write {YamlFlow.Of(value)}");

    private static Problem? OfLine(string line)
    {
        // A line that no person wrote, and that the patterns would take long over.
        if (line.Length > LongestLine)
        {
            return null;
        }

        foreach (Match match in ReservedValue().Matches(line))
        {
            int start = match.Groups["value"].Index;
            if (!IsQuoted(line, start))
            {
                bool inBrackets = line.AsSpan(0, start).IndexOfAny('{', '[') >= 0;
                string value = line[start..];
                int end = inBrackets ? value.AsSpan().IndexOfAny(",}]") : value.IndexOf(" #", StringComparison.Ordinal);
                return NeedsQuotes((end > 0 ? value[..end] : value).TrimEnd());
            }
        }

        // "command: a: b": of two colons in one value the second needs quotes.
        return ColonInValue().Match(line) is { Success: true } colon && !IsQuoted(line, colon.Groups["value"].Index)
            ? new Problem("has a value with ': ' in it, which must be quoted", $"write \"{colon.Groups["value"].Value.TrimEnd()}\"")
            : null;
    }

    private static bool IsQuoted(string line, int at) =>
        (line.AsSpan(0, at).Count('"') % 2) == 1
        || (line.AsSpan(0, at).Count('\'') % 2) == 1
        || line.AsSpan(0, at).Contains(" #", StringComparison.Ordinal);

    [GeneratedRegex(@"^ *\t+ *[^ \t#\r]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TabInIndent();

    [GeneratedRegex("""(?:^ *- +|: +|[\[{,] *)(?<value>[*&!%@`][^ ]?.*)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReservedValue();

    [
        GeneratedRegex(
            """^ *(?:- +)?[a-z-]+: +(?:\{ *[a-z-]+: +)?(?<value>[^"'{\[ ][^"'{\[,}]*: [^,}]*)""",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex ColonInValue();
}
