using System.Text;

namespace Terrace.Cli.Terminal;

/// <summary>Text in ASCII alone, for terminals and pipes of a locale that is not of UTF-8: signs become what they look like.</summary>
internal static class PlainAscii
{
    private static readonly string[] s_variables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>
    /// True when what is written may be of UTF-8: the first of LC_ALL, LC_CTYPE and LANG that says something (locale(7)) says so, or
    /// none says anything, as in most containers.
    /// </summary>
    public static bool IsUtf8(Func<string, string?> variable)
    {
        string? locale = s_variables.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is null
            || locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The text in ASCII; what no sign stands for is a question mark.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToString();
        }

        StringBuilder plain = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            plain.Append(rune.IsAscii ? ((char)rune.Value).ToString() : Of(rune));
        }

        return plain.ToString();
    }

    private static string Of(Rune rune) => rune.Value switch
    {
        // Hyphens, dashes and the minus sign.
        (>= 0x2010 and <= 0x2015) or 0x2212 => "-",
        '…' => "...",
        '×' => "x",
        'µ' or 'μ' => "u",
        '→' => "->",
        '←' => "<-",
        '↑' => "^",
        '↓' => "v",
        '≤' => "<=",
        '≥' => ">=",
        '≈' => "~",
        '±' => "+-",
        '·' or '•' => "*",
        '²' => "2",
        '³' => "3",
        '“' or '”' or '„' => "\"",
        '‘' or '’' => "'",
        0xA0 or 0x2009 or 0x202F => " ",

        // Box drawing, and blocks from empty to full.
        '─' or '━' or '═' => "-",
        '│' or '┃' or '║' => "|",
        >= 0x2500 and <= 0x257F => "+",
        '░' or '▁' or '▂' => ".",
        '▒' or '▃' or '▄' => ":",
        '▓' or '▅' or '▆' => "%",
        >= 0x2580 and <= 0x259F => "#",
        _ => "?",
    };
}
