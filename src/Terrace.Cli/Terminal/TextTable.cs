using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Columns without borders, which paste well: text to the left, numbers to the right. In a terminal that is too narrow, text and
/// headings are wrapped, numbers never; where that is not enough, columns without a word are left out, rows become columns, and where
/// those do not fit either, each row is a list of headings with their values.
/// </summary>
internal sealed class TextTable(params string[] headings)
{
    /// <summary>Cells between two columns.</summary>
    public const int Gap = 2;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with a cell for each heading.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Of)]);

    /// <summary>The lines of the table in at most <paramref name="width"/> cells; null for as wide as it is.</summary>
    public IEnumerable<IReadOnlyList<Ink>> Set(int? width)
    {
        bool[] right = [.. headings.Select((_, i) => _rows.Count > 0 && _rows.All(row => IsNumber(row[i])))];
        if (ColumnWidths.Fit(headings, _rows, right, width) is { } widths)
        {
            return Typesetter.SetTable(headings, _rows, widths, right);
        }

        // Columns in which nothing stands go first.
        bool[] said = [.. headings.Select((_, i) => _rows.Exists(row => row[i].Length > 0))];
        if (_rows.Count > 0 && said.Contains(false))
        {
            TextTable rest = new([.. Said(headings)]);
            _rows.ForEach(row => rest.Add([.. Said(row)]));
            return rest.Set(width);
        }

        string[][] turned = [.. headings.Select((heading, i) => (string[])[heading, .. _rows.Select(row => row[i])])];
        bool[] whole = [.. turned[0].Select(_ => true)];
        return ColumnWidths.Fit(turned[0], turned[1..], whole, width) is { } turnedWidths
            ? Typesetter.SetTable(turned[0], turned[1..], turnedWidths, [.. whole.Select(_ => false)])
            : _rows.SelectMany((row, i) => SetRecord(row, width!.Value, first: i == 0));

        IEnumerable<string> Said(string[] cells) => cells.Where((_, i) => said[i]);
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || char.IsAsciiDigit(cell[0]) || cell[0] is '-' or '–';

    private IEnumerable<IReadOnlyList<Ink>> SetRecord(string[] row, int width, bool first)
    {
        int label = headings.Max(Typesetter.WidthOf);
        IEnumerable<string[]> lines = headings.Zip(row, (heading, cell) => new[] { heading, cell.Trim() })
            .Where(line => line[1].Length > 0);
        IEnumerable<IReadOnlyList<Ink>> set = Typesetter.SetTable(null, lines, [label, Math.Max(1, width - label - Gap)], [false, false]);
        return first ? set : set.Prepend([]);
    }
}
