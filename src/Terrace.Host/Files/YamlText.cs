using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>
/// What must not be in a YAML text whatever its structure, looked for before the library does: of some such texts it makes nothing without
/// a word, and at some it works for many seconds.
/// </summary>
internal static class YamlText
{
    /// <summary>The first problem with its line, from 1; null when there is none.</summary>
    public static (long Line, Problem Problem)? ProblemOf(string text)
    {
        long line = 1;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                line++;
            }
            else if (!MayBe(text, i))
            {
                string which = string.Create(CultureInfo.InvariantCulture, $"U+{(int)text[i]:X4}");
                return (line, new Problem($"has the character {which}, which no YAML may have", "remove it; is this the right file?"));
            }
        }

        return ConflictOf(text) ?? DirectiveOf(text);
    }

    // What git leaves where two changes meet (git-merge(1), "How conflicts are presented").
    private static (long Line, Problem Problem)? ConflictOf(string text)
    {
        long number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.StartsWith("<<<<<<<") || line.StartsWith(">>>>>>>") || line.StartsWith("|||||||") || line.TrimEnd() is "=======")
            {
                return (number, new Problem(
                    $"begins with {line[..7]}, the marker of a merge that was not finished",
                    "choose what is right, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"));
            }
        }

        return null;
    }

    // c-printable of YAML 1.2.2, section 5.1, and the byte order mark, which may begin a file.
    private static bool MayBe(string text, int at) => text[at] switch
    {
        '\t' or '\r' or '\u0085' => true,
        < ' ' or (>= '\u007f' and < '\u00a0') or '\ufffe' or '\uffff' => false,
        _ when char.IsHighSurrogate(text[at]) => at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]),
        _ when char.IsLowSurrogate(text[at]) => at > 0 && char.IsHighSurrogate(text[at - 1]),
        _ => true,
    };

    // Section 6.8: others than these are to be ignored, and so would be whatever is in their line.
    private static (long Line, Problem Problem)? DirectiveOf(string text)
    {
        long number = 0;
        foreach (ReadOnlySpan<char> each in text.AsSpan().TrimStart('\ufeff').EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = each.TrimEnd();
            if (line.StartsWith('%'))
            {
                ReadOnlySpan<char> name = line[1..];
                int end = name.IndexOfAny(' ', '\t');
                name = end < 0 ? name : name[..end];
                if (name is not ("YAML" or "TAG"))
                {
                    return (number, new Problem("begins with %, a directive that YAML does not have", "remove the line"));
                }
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                return null;
            }
        }

        return null;
    }
}
