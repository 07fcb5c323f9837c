using System.Text;
using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>Columns of text, the first ones to the left, numbers to the right.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with a cell for each heading.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Of)]);

    /// <summary>Writes the table, each line after <paramref name="indent"/>. Columns whose cells all begin with a digit or a dash are right-aligned.</summary>
    public void Write(TextWriter writer, string indent = "")
    {
        int[] widths = [.. headings.Select((heading, i) => Math.Max(heading.Length, _rows.Select(row => row[i].Length).DefaultIfEmpty(0).Max()))];
        bool[] right = [.. headings.Select((_, i) => _rows.Count > 0 && _rows.All(row => row[i].Length == 0 || char.IsAsciiDigit(row[i][0]) || row[i][0] is '-' or '–'))];
        WriteRow(writer, indent, headings, widths, right);
        foreach (string[] row in _rows)
        {
            WriteRow(writer, indent, row, widths, right);
        }
    }

    private static void WriteRow(TextWriter writer, string indent, string[] cells, int[] widths, bool[] right)
    {
        StringBuilder line = new(indent);
        for (int i = 0; i < cells.Length; i++)
        {
            line.Append(right[i] ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i])).Append("  ");
        }

        writer.WriteLine(line.ToString().TrimEnd());
    }
}
