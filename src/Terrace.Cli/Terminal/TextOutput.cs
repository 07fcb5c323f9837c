using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Text for people. Every line goes through <see cref="Printable"/>, so that no name of a process or file steers a terminal. What is
/// no terminal gets each line whole, however long, and no colour unless it was asked for.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="width">Columns of the terminal; null when it is none.</param>
/// <param name="colour">Colour may be used.</param>
internal sealed class TextOutput(TextWriter writer, int? width = null, bool colour = false)
{
    // Text next to a label that leaves it less is set below the label instead.
    private const int LeastNextTo = 24;
    private const int Below = 6;
    private const string Continues = " \\";

    /// <summary>Columns of the terminal; null when it is none.</summary>
    public int? Width => width;

    /// <summary>Writes an empty line.</summary>
    public void WriteLine() => writer.WriteLine();

    /// <summary>Writes a line as it is, so that commands in it can be copied: a terminal wraps it.</summary>
    public void WriteLine(string line) => writer.WriteLine(Printable.Of(line));

    /// <summary>Writes a line of several pieces.</summary>
    public void WriteLine(params ReadOnlySpan<Ink> pieces)
    {
        foreach (Ink piece in pieces)
        {
            Write(piece);
        }

        writer.WriteLine();
    }

    /// <summary>Writes sentences; a terminal gets them broken at spaces.</summary>
    public void WriteText(string text, Tone tone = Tone.Plain)
    {
        string clean = Printable.Of(text);
        foreach (string line in width is { } columns && clean.Length > columns ? Typesetter.Wrap(clean, columns) : [clean])
        {
            WriteLine([new Ink(line, tone)]);
        }
    }

    /// <summary>Writes text next to a label; on a terminal it is wrapped, and its further lines stay there.</summary>
    public void WriteNextTo(IReadOnlyList<Ink> label, string text)
    {
        text = Printable.Of(text);
        int indent = label.Sum(piece => piece.Text.Length);
        bool below = width - indent < LeastNextTo && width < indent + text.Length;
        foreach (Ink piece in below ? [.. label.SkipLast(1), label[^1] with { Text = label[^1].Text.TrimEnd() }] : label)
        {
            Write(piece);
        }

        if (below)
        {
            indent = Below;
            writer.Write(Environment.NewLine + new string(' ', indent));
        }

        bool wraps = width < indent + text.Length;
        string lineBreak = Environment.NewLine + new string(' ', indent);
        writer.WriteLine(wraps ? string.Join(lineBreak, Typesetter.Wrap(text, width!.Value - indent)) : text);
    }

    /// <summary>
    /// Writes a command next to a label; on a terminal that is too narrow it continues after a backslash, as it may in a shell, so
    /// that it can still be copied.
    /// </summary>
    public void WriteCommand(string label, string command)
    {
        command = Printable.Of(command);
        int indent = label.Length;
        if (width < indent + command.Length && width - indent < LeastNextTo)
        {
            Write(label.TrimEnd());
            indent = Below;
            writer.Write(Environment.NewLine + new string(' ', indent));
        }
        else
        {
            Write(label);
        }

        // At spaces only: a word in two is no command.
        int column = indent;
        foreach (string word in command.Split(' '))
        {
            if (column > indent && width < column + 1 + word.Length + Continues.Length)
            {
                writer.Write(Continues + Environment.NewLine + new string(' ', indent));
                column = indent;
            }

            writer.Write(column > indent ? " " + word : word);
            column += word.Length + (column > indent ? 1 : 0);
        }

        writer.WriteLine();
    }

    /// <summary>Writes a table, each line after <paramref name="indent"/> spaces.</summary>
    public void Write(TextTable table, int indent = 0)
    {
        foreach (IReadOnlyList<Ink> line in table.Set(width - indent))
        {
            writer.Write(new string(' ', line.Count > 0 ? indent : 0));
            foreach (Ink piece in line)
            {
                Write(piece);
            }

            writer.WriteLine();
        }
    }

    private void Write(Ink piece)
    {
        Ink clean = piece with { Text = Printable.Of(piece.Text) };
        if (colour && clean.Tone != Tone.Plain)
        {
            Typesetter.Paint(writer, clean);
        }
        else
        {
            writer.Write(clean.Text);
        }
    }
}
