using System.Text.RegularExpressions;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>Mistakes that can be seen in one line of a text that is no YAML, each with what to write instead.</summary>
internal static partial class YamlSlip
{
    private const int LongestLine = 2000;

    /// <summary>The first in a line; null when none is seen.</summary>
    public static Problem? Of(string line)
    {
        // A line that no person wrote, and that the patterns would take long over.
        if (line.Length > LongestLine)
        {
            return null;
        }

        return OfSigns(line) ?? YamlQuotes.ProblemOf(line) ?? OfReservedValue(line) ?? OfJoined(line) ?? OfTwoKeys(line)
            ?? OfColonInValue(line);
    }

    /// <summary>
    /// A line that has no colon, or another sign in its place; null when it is none. The parser notices it there or in the next.
    /// </summary>
    public static Problem? OfMissingColon(string line, bool isNoticedThere)
    {
        string content = Entry().Replace(line, "", 1).TrimEnd();
        if (isNoticedThere && line.TrimStart(' ').StartsWith("- ", StringComparison.Ordinal))
        {
            return new Problem("begins a list entry where a key belongs", "indent it below the key whose list it is");
        }

        return content.Length is > 0 and <= LongestLine && !content.Contains(": ", StringComparison.Ordinal) && content[^1] != ':'
            ? RunTogether.Of(content, word => word == content || YamlKeys.IsKnown(word))?.Problem
            : null;
    }

    /// <summary>A space that people cannot tell from others, and YAML can.</summary>
    public static Problem NoBreakSpace { get; } =
        new("has a no-break space (U+00A0), which is a letter to YAML", "write an ordinary space instead");

    /// <summary>A value that begins with a sign that YAML has for itself.</summary>
    public static Problem NeedsQuotes(string value) =>
        new($"a value that begins with {value[0]} must be quoted", $"write {YamlFlow.Of(value)}");

    private static Problem? OfSigns(string line)
    {
        int space = line.IndexOf('\u00a0', StringComparison.Ordinal);
        string content = line.Trim(' ');
        return space >= 0 && !IsQuoted(line, space) ? NoBreakSpace
            : content.StartsWith("//", StringComparison.Ordinal) || content.StartsWith("/*", StringComparison.Ordinal)
                ? NoComment(content[..2])
            : content.StartsWith(';') ? NoComment(";")
            : Ruler().IsMatch(content) ? new Problem("is a line of signs that is no comment", "begin comments with #")
            : line.StartsWith("...", StringComparison.Ordinal)
                ? new Problem("begins with '...', which ends the document", "remove it")
            : line.StartsWith("--- ", StringComparison.Ordinal) && content.Contains(':', StringComparison.Ordinal)
                ? new Problem("has a key behind '---'", $"write '{content[4..].TrimStart()}' in a line of its own")
            : line.StartsWith('%') ? new Problem("begins with %, a directive, without '---' below it", "remove the line")
            : SectionName().Match(content) is { Success: true } section
                ? new Problem("has the name of a section in brackets", $"write '{section.Groups["key"].Value}:'")
            : DashAlone().IsMatch(line) ? new Problem("has no space after the dash", $"write - {content[1..]}")
            : Bullet().Match(content) is { Success: true } bullet
                ? new Problem($"has '{content[0]}' where a dash belongs", $"write - {bullet.Groups["rest"].Value}")
            : TwoCommas().Match(line) is { Success: true } commas && !IsQuoted(line, commas.Index)
                ? new Problem("has two commas with nothing between them", "remove one of them")
            : null;
    }

    private static Problem NoComment(string sign) => new($"begins with {sign}, which begins no comment in YAML", "begin comments with #");

    private static Problem? OfReservedValue(string line)
    {
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

        return BracketInWord().Match(line) is { Success: true } word ? NeedsQuotes(WithoutComment(word.Groups["value"].Value)) : null;
    }

    private static Problem? OfJoined(string line) =>
        NoSpace().Match(line) is { Success: true } joined
            ? new Problem(
                "has no space after the colon", $"write {joined.Groups["key"].Value}: {YamlFlow.Of(joined.Groups["value"].Value)}")
            : null;

    // "match: user: root", "rules: - name: a", "version: 1 rules: []", "{ user: x uid: 5 }".
    private static Problem? OfTwoKeys(string line)
    {
        if (KeyAndRest().Match(line) is { Success: true } match)
        {
            string key = match.Groups["key"].Value;
            string rest = WithoutComment(match.Groups["rest"].Value);
            if (YamlKeys.IsSection(key) && rest[0] is not ('{' or '[') && InnerKey().IsMatch(rest))
            {
                return new Problem("has two keys in one line", $"write {key}: {{ {rest} }}");
            }

            if (YamlKeys.IsSection(key) && rest[0] == '(')
            {
                return new Problem("has ( ) where { } belong", $"write {key}: {{ {rest.Trim('(', ')', ' ')} }}");
            }

            if (rest.StartsWith("- ", StringComparison.Ordinal))
            {
                return new Problem($"has the dash of a list entry behind '{key}:'", $"write '{rest}' in a line of its own below it");
            }

            Group second = SecondKey().Match(rest).Groups["key"];
            if (!YamlKeys.IsText(key) && second.Success && YamlKeys.IsKnown(second.Value))
            {
                return new Problem(
                    $"has a second key, '{second.Value}', behind the value of '{key}'",
                    $"write '{rest[second.Index..]}' in a line of its own");
            }
        }

        return InBrackets().Match(line) is { Success: true } inner
            && YamlKeys.IsKnown(inner.Groups["key"].Value)
            && !IsQuoted(line, inner.Index)
            ? inner.Groups["sign"].Value == ";"
                ? new Problem("has ';' where a comma belongs", $"write ', {inner.Groups["key"].Value}:'")
                : new Problem($"has no comma before '{inner.Groups["key"].Value}'", $"write ', {inner.Groups["key"].Value}:'")
            : null;
    }

    // "command: a: b": of two colons in one value the second needs quotes.
    private static Problem? OfColonInValue(string line) =>
        ColonInValue().Match(line) is { Success: true } colon && !IsQuoted(line, colon.Groups["value"].Index)
            ? new Problem("has a value with ': ' in it, which must be quoted", $"write \"{colon.Groups["value"].Value.TrimEnd()}\"")
            : null;

    private static bool IsQuoted(string line, int at) =>
        (line.AsSpan(0, at).Count('"') % 2) == 1
        || (line.AsSpan(0, at).Count('\'') % 2) == 1
        || line.AsSpan(0, at).Contains(" #", StringComparison.Ordinal);

    private static string WithoutComment(string text) =>
        (text.IndexOf(" #", StringComparison.Ordinal) is > 0 and var comment ? text[..comment] : text).TrimEnd();

    [GeneratedRegex("^ *(- +)?(?<key>[a-z-]+):(?<value>[^ \r]+) *\r?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoSpace();

    [GeneratedRegex("^ *(- +)*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Entry();

    [GeneratedRegex("^ *-[a-z{\"'][^ ]*:( |$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DashAlone();

    [GeneratedRegex(", *,", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TwoCommas();

    [GeneratedRegex("^ *(- +)?(?<key>[a-z-]+): +(?<rest>[^ #].*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyAndRest();

    [GeneratedRegex("^[a-z-]+:( |$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InnerKey();

    [
        GeneratedRegex(
            """^(\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*"|'[^']*'|[^ ,{}\[\]"']+),? +(?<key>[a-z-]+):( |$)""",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex SecondKey();

    [
        GeneratedRegex(
            """[{,] *[a-z-]+: +[^ ,;{}\[\]"']+ *(?<sign>[; ]) *(?<key>[a-z-]+):( |$)""",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex InBrackets();

    [GeneratedRegex("""(?:^ *- +|: +|[\[{,] *)(?<value>([*&!%@`]|[|>][^ 0-9+-]).*)""", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReservedValue();

    [GeneratedRegex(@"^ *(?:- +)?[a-z-]+: +(?<value>(\[[^\[\]{}]*\]|\{[^\[\]{}]*\})[^ ,\]}#].*)$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex BracketInWord();

    [GeneratedRegex("^[=*~_-]{4,}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ruler();

    [GeneratedRegex(@"^\[+(?<key>[a-z-]+)\]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SectionName();

    [GeneratedRegex("^[*+\u2022\u2013\u2014] +(?<rest>[a-z-]+:( .*)?)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bullet();

    [
        GeneratedRegex(
            """^ *(?:- +)?[a-z-]+: +(?:\{ *[a-z-]+: +)?(?<value>[^"'{\[ ][^"'{\[,}]*: [^,}]*)""",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex ColonInValue();
}
