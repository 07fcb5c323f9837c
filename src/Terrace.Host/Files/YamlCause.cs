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

        if (OfOpenBracket(text) is { } open)
        {
            return open;
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

    /// <summary>The innermost bracket that is open where the text ends, with its line; null when all are closed.</summary>
    public static (long Line, Problem Problem)? OfOpenBracket(string text)
    {
        Stack<(char Bracket, int Line)> open = [];
        int line = 1;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (quote != '\0')
            {
                i += c == '\\' && quote == '"' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && BeginsValue(text, i))
            {
                quote = c;
            }
            else if (c == '#' && (i == 0 || text[i - 1] is ' ' or '\t' or '\n'))
            {
                i = text.IndexOf('\n', i) is >= 0 and var end ? end - 1 : text.Length;
            }
            else if (c is '{' or '[' && BeginsValue(text, i))
            {
                open.Push((c, line));
            }
            else if (c is '}' or ']' && open.Count > 0)
            {
                open.Pop();
            }
        }

        return quote == '\0' && open.TryPeek(out (char Bracket, int Line) last)
            ? (last.Line, new Problem(
                $"opens a bracket '{last.Bracket}' that is not closed", "write { key: value, key: value } and [a, b]"))
            : null;
    }

    // Within a word these signs are letters like others.
    private static bool BeginsValue(string text, int at) => at == 0 || text[at - 1] is ' ' or '[' or '{' or ',' or '\n';

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

        if (NoBlank().Match(line) is { Success: true } joined)
        {
            return new Problem(
                "has no blank after the colon", $"write {joined.Groups["key"].Value}: {YamlFlow.Of(joined.Groups["value"].Value)}");
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

    [GeneratedRegex("^ *(- +)?(?<key>[a-z-]+):(?<value>[^ \r]+) *\r?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoBlank();

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
