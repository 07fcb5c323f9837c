using Spectre.Console;
using Spectre.Console.Rendering;

namespace Terrace.Cli.Terminal;

/// <summary>
/// The one place that configures Spectre.Console: it sets tables and paragraphs, measures text in a terminal's cells and colours it.
/// What is written comes here without control characters (<see cref="TextOutput"/>), and never as markup, so that a process named
/// <c>[red]</c> is shown as it is named.
/// </summary>
internal static class Typesetter
{
    // Lays out only; nothing is written through it. It asks nothing of the environment, so that the same text is set alike everywhere.
    private static readonly RenderOptions s_options = RenderOptions.Create(AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(TextWriter.Null),
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    }));

    // 256 colours: every terminal in use has them, and the four tiers need some that stay apart.
    private static readonly AnsiCapabilities s_colours = new() { Ansi = true, ColorSystem = ColorSystem.EightBit };

    /// <summary>Cells of a terminal that the text takes: two for most East Asian characters, none for combining marks.</summary>
    public static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>The text in lines of at most <paramref name="width"/> cells, broken at spaces where there are any.</summary>
    public static IEnumerable<string> Wrap(string text, int width) =>
        LinesOf(new Text(text) { Overflow = Overflow.Fold }, width).Select(line => string.Concat(line.Select(piece => piece.Text)));

    /// <summary>The text, or as much of its start as <paramref name="width"/> cells hold and an ellipsis.</summary>
    public static string Cut(string text, int width) =>
        WidthOf(text) <= width ? text : string.Concat(Segment.Truncate([new Segment(text)], width - 1).Select(piece => piece.Text)) + "…";

    /// <summary>Lines of a table whose columns have these widths. Without <paramref name="headings"/> it has none.</summary>
    public static IEnumerable<IReadOnlyList<Ink>> SetTable(
        IReadOnlyList<string>? headings, IEnumerable<string[]> rows, int[] widths, bool[] right)
    {
        Table table = new() { Border = TableBorder.None, ShowHeaders = headings is not null };
        for (int i = 0; i < widths.Length; i++)
        {
            table.AddColumn(new TableColumn(headings is null ? Text.Empty : new Text(headings[i], StyleOf(Tone.Heading)))
            {
                Width = widths[i],
                Padding = new Padding(0, 0, i == widths.Length - 1 ? 0 : TextTable.Gap, 0),
                Alignment = right[i] ? Justify.Right : Justify.Left,
            });
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(CellOf));
        }

        foreach (List<Segment> line in LinesOf(table, widths.Sum() + (TextTable.Gap * (widths.Length - 1))))
        {
            yield return [.. line.Select(InkOf)];
        }
    }

    /// <summary>Writes a piece in its colour.</summary>
    public static void Paint(TextWriter writer, Ink ink) => new AnsiWriter(writer, s_colours).Write(ink.Text, StyleOf(ink.Tone));

    /// <summary>Puts the cursor of a terminal at the start of its line, and empties the line.</summary>
    public static void EmptyLine(TextWriter writer)
    {
        writer.Write('\r');
        new AnsiWriter(writer, s_colours).EraseInLine(0);
    }

    // Spaces at its start are an indent, which stays when the rest is wrapped.
    private static IRenderable CellOf(string text)
    {
        string rest = text.TrimStart(' ');
        Text cell = new(rest) { Overflow = Overflow.Fold };
        return rest.Length == text.Length ? cell : new Padder(cell, new Padding(text.Length - rest.Length, 0, 0, 0));
    }

    private static Ink InkOf(Segment piece) =>
        new(piece.Text, piece.Style.Decoration == Decoration.Bold ? Tone.Heading : Tone.Plain);

    // Without the spaces at the end of lines that fill the last column: text with them pastes badly.
    private static IEnumerable<List<Segment>> LinesOf(IRenderable content, int width)
    {
        foreach (SegmentLine line in Segment.SplitLines(content.Render(s_options, width)))
        {
            List<Segment> pieces = [.. line];
            while (pieces.Count > 0 && pieces[^1].IsWhiteSpace)
            {
                pieces.RemoveAt(pieces.Count - 1);
            }

            if (pieces.Count > 0)
            {
                pieces[^1] = new Segment(pieces[^1].Text.TrimEnd(' '), pieces[^1].Style);
            }

            yield return pieces;
        }
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Heading => new Style(decoration: Decoration.Bold),
        Tone.Good => new Style(Color.FromInt32(2)),
        Tone.Warning => new Style(Color.FromInt32(3)),
        Tone.Bad => new Style(Color.FromInt32(1)),
        Tone.Tier0 => new Style(Color.FromInt32(208)),
        Tone.Tier1 => new Style(Color.FromInt32(39)),
        Tone.Tier2 => new Style(Color.FromInt32(25)),
        Tone.Tier3 => new Style(Color.FromInt32(60)),
        _ => Style.Plain,
    };
}
