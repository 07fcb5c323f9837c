using System.Buffers;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>Quotes within a line that do not enclose what they seem to, and escapes that YAML does not have.</summary>
internal static class YamlQuotes
{
    // Section 5.7 of YAML 1.2.2; the last three are followed by 2, 4 and 8 hexadecimal digits.
    private const string Escapes = "0abt\tnvfre \"/\\N_LPxuU";

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>What follows right after the quote that ends a text; null when nothing does.</summary>
    public static Problem? ProblemOf(string line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && i > 0 && line[i - 1] == ' ')
            {
                return null;
            }

            if (line[i] is not ('"' or '\'') || (i > 0 && line[i - 1] is not (' ' or '[' or '{' or ',')))
            {
                continue;
            }

            int end = EndOf(line, i);
            if (end < 0)
            {
                return null;
            }

            string rest = line[(end + 1)..];
            string next = rest.TrimStart(' ');
            if (next.Length > 0 && next[0] is not (',' or ']' or '}' or ':') && !(next[0] == '#' && rest[0] == ' '))
            {
                return rest[0] == ' '
                    ? new Problem(
                        $"has text after the quote {line[i]} that ends the value", "put the whole value in quotes, or remove the text")
                    : WithinQuotes(line, i, end);
            }

            i = end;
        }

        return null;
    }

    /// <summary>
    /// The first escape in double quotes, from a line on, that YAML does not have, with its line, from 1; null when there is none.
    /// </summary>
    public static (long Line, Problem Problem)? OfEscape(string[] lines, int from)
    {
        for (int number = from; number <= lines.Length; number++)
        {
            string line = lines[number - 1];
            for (int i = line.IndexOf('\\', StringComparison.Ordinal); i >= 0 && i + 1 < line.Length; i = line.IndexOf('\\', i + 2))
            {
                int digits = line[i + 1] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
                bool hasDigits = i + 2 + digits <= line.Length && line.AsSpan(i + 2, digits).IndexOfAnyExcept(s_hex) < 0;
                if (Escapes.Contains(line[i + 1], StringComparison.Ordinal) && hasDigits)
                {
                    if (i + 2 >= line.Length)
                    {
                        break;
                    }

                    continue;
                }

                int start = line.LastIndexOf('"', i);
                int end = line.IndexOf('"', i + 1);
                string text = start >= 0 && end > start ? line[(start + 1)..end] : "";
                return (number, new Problem(
                    digits > 0 ? $"has \\{line[i + 1]} in double quotes without the {digits} hexadecimal digits that belong to it"
                        : $"has \\{line[i + 1]} in double quotes, an escape that YAML does not have",
                    line[i + 1] == '\'' ? "write ' without a backslash"
                    : text.Length > 0 && !text.Contains('\'', StringComparison.Ordinal)
                        ? $"write '{text}', in single quotes"
                        : "write \\\\ for a backslash"));
            }
        }

        return null;
    }

    // The quote that ends the text which begins at one; -1 when none does. Two single quotes are one letter.
    private static int EndOf(string line, int start)
    {
        for (int i = start + 1; i < line.Length; i++)
        {
            if (line[i] == '\\' && line[start] == '"')
            {
                i++;
            }
            else if (line[i] == line[start])
            {
                if (line[start] == '"' || i + 1 == line.Length || line[i + 1] != '\'')
                {
                    return i;
                }

                i++;
            }
        }

        return -1;
    }

    // "'it's'": the text is meant to end at the last quote, or to where the value ends.
    private static Problem WithinQuotes(string line, int start, int end)
    {
        char quote = line[start];
        int last = line.LastIndexOf(quote);
        int stop = line.AsSpan(end).IndexOfAny(",]}") is >= 0 and var found ? end + found : line.Length;
        last = last > end && last < stop ? last : stop;
        string text = line[(start + 1)..last].TrimEnd();
        return quote == '\''
            ? new Problem("has an apostrophe within single quotes, where it ends the text", $"write {YamlFlow.Quoted(text)}")
            : new Problem("has a double quote within double quotes, where it ends the text", $"write {YamlFlow.Quoted(text)}");
    }
}
