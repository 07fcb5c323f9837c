using System.Globalization;
using System.Text;

namespace Terrace.Cli.Manual;

/// <summary>Writes a manual page in the macros of man(7).</summary>
internal sealed class RoffWriter(TextWriter output)
{
    /// <summary>The page's title line. It has no date: the same program gives the same page.</summary>
    public void Title(string name, int section, string source, string manual) =>
        output.WriteLine($".TH {name.ToUpperInvariant()} {section} \"\" \"{Text(source)}\" \"{Text(manual)}\"");

    /// <summary>A section.</summary>
    public void Section(string heading) => output.WriteLine($".SH {Text(heading.ToUpperInvariant())}");

    /// <summary>A part of a section.</summary>
    public void Subsection(string heading) => output.WriteLine($".SS {Text(heading)}");

    /// <summary>A line, joined with the next to a paragraph.</summary>
    public void Line(string text) => output.WriteLine(Text(text));

    /// <summary>A word that is described, and after it what it means.</summary>
    public void Term(string term, string? placeholder, IEnumerable<string> meaning)
    {
        output.WriteLine(".TP");
        output.WriteLine(placeholder is null ? $"\\fB{Inline(term)}\\fR" : $"\\fB{Inline(term)}\\fR \\fI{Inline(placeholder)}\\fR");
        foreach (string line in meaning)
        {
            Line(line);
        }
    }

    /// <summary>Lines that stay as they are.</summary>
    public void Verbatim(IEnumerable<string> lines)
    {
        output.WriteLine(".PP");
        output.WriteLine(".RS 4");
        output.WriteLine(".nf");
        foreach (string line in lines)
        {
            output.WriteLine(Text(line));
        }

        output.WriteLine(".fi");
        output.WriteLine(".RE");
    }

    /// <summary>
    /// A description as help shows it: paragraphs, and blocks of indented lines, which stay as they are, each below its heading.
    /// </summary>
    public void Description(string text)
    {
        List<string> block = [];
        bool inParagraph = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                block.Add(line[2..]);
                continue;
            }

            EndBlock(block);
            if (line.Length == 0)
            {
                inParagraph = false;
                continue;
            }

            if (!inParagraph)
            {
                output.WriteLine(".PP");
                inParagraph = true;
            }

            Line(line);
        }

        EndBlock(block);
    }

    private void EndBlock(List<string> block)
    {
        if (block.Count > 0)
        {
            Verbatim(block);
            block.Clear();
        }
    }

    // A line that begins with a point or an apostrophe would be a request of roff (groff(7)).
    private static string Text(string text) => text.Length > 0 && text[0] is '.' or '\'' ? "\\&" + Inline(text) : Inline(text);

    private static string Inline(string text)
    {
        StringBuilder escaped = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => escaped.Append("\\e"),

                // Left alone they would become a hyphen and typographic quotes, which nobody can paste into a shell (man-pages(7)).
                '-' => escaped.Append("\\-"),
                '\'' => escaped.Append("\\(aq"),
                '`' => escaped.Append("\\(ga"),
                '^' => escaped.Append("\\(ha"),
                '~' => escaped.Append("\\(ti"),
                '"' => escaped.Append("\\(dq"),
                > 126 => escaped.Append(CultureInfo.InvariantCulture, $"\\[u{rune.Value:X4}]"),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }
}
