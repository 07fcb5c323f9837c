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
    /// <summary>The line, from 1, and what is wrong there.</summary>
    public static (long Line, Problem Problem) Of(string text, YamlException error)
    {
        string[] lines = text.Split('\n');
        int at = (int)Math.Clamp(error.Start.Line, 1, lines.Length);
        int tab = Array.FindIndex(lines, line => line.Contains('\t', StringComparison.Ordinal) && TabInIndent().IsMatch(line));
        if (tab >= 0 && (error.Message.Contains("tab", StringComparison.Ordinal) || Math.Abs(tab + 1 - at) <= 1))
        {
            return (tab + 1, new Problem("is indented with a tab, which YAML does not take", "write spaces instead"));
        }

        if (YamlBrackets.ProblemOf(text) is { } bracket)
        {
            return bracket;
        }

        if (Says("escape") || Says("hexadecimal"))
        {
            return YamlQuotes.OfEscape(lines, at)
                ?? (at, new Problem("has an escape that YAML does not have", "write \\\\ for a backslash"));
        }

        // The parser notices some mistakes only in a later line.
        int before = Array.FindLastIndex(lines, Math.Max(0, at - 2), line => HasContent().IsMatch(line)) + 1;
        foreach (int line in (int[])[at, before])
        {
            if (line >= 1 && YamlSlip.Of(lines[line - 1].TrimEnd('\r')) is { } problem)
            {
                return (line, problem);
            }
        }

        foreach (int line in Says("quoted scalar") ? [] : (int[])[before, at])
        {
            if (line >= 1 && YamlSlip.OfMissingColon(lines[line - 1].TrimEnd('\r'), isNoticedThere: line == at) is { } problem)
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
                ? new Problem("has no comma before it, or a value is missing", "write { key: value, key: value } and [a, b]")
            : Says("document end") || Says("document start")
                ? new Problem("has something after the bracket or value that ends the file", "remove it, or put it inside")
            : Says("block") || Says("invalid mapping")
                ? new Problem("is not indented as the lines before it", "begin keys that belong together in the same column")
            : new Problem(
                $"is not YAML: {error.Message.TrimEnd('.')}", "check indentation, colons and quotes of this line and the one before"));
    }

    [GeneratedRegex(@"^ *\t+ *[^ \t#\r]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TabInIndent();

    [GeneratedRegex(@"^ *[^ #\r\n]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HasContent();
}
