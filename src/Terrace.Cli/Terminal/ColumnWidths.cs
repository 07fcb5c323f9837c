namespace Terrace.Cli.Terminal;

/// <summary>How wide each column of a table becomes.</summary>
internal static class ColumnWidths
{
    // Text in a column narrower than that is a ladder of syllables.
    private const int LeastText = 12;

    // Words up to that stay whole, or the table becomes a list: names of settings do, paths do not.
    private const int LongestWholeWord = 32;

    /// <summary>Widths that fit into <paramref name="width"/> cells, null when none do. Without it, as wide as the content.</summary>
    public static int[]? Fit(string[] headings, IReadOnlyList<string[]> rows, bool[] numbers, int? width)
    {
        int[] content = [.. headings.Select((_, i) => rows.Select(row => Typesetter.WidthOf(row[i])).DefaultIfEmpty(0).Max())];
        int[] wanted = [.. headings.Select((heading, i) => Math.Max(Typesetter.WidthOf(heading), content[i]))];
        if (width is not { } available || Together(wanted) <= available)
        {
            return wanted;
        }

        int[] words = [.. headings.Select((_, i) => rows.Select(row => LongestWord(row[i])).DefaultIfEmpty(0).Max())];
        return Share(
            available,
            wanted,
            [
                .. headings.Select((heading, i) => Math.Max(
                    LongestWord(heading),
                    numbers[i] ? content[i] : Math.Min(content[i], Math.Max(LeastText, Math.Min(words[i], LongestWholeWord))))),
            ]);
    }

    private static int[]? Share(int available, int[] wanted, int[] widths)
    {
        int left = available - Together(widths);
        if (left < 0)
        {
            return null;
        }

        // Each cell that is left goes to the narrowest column that wants more: short texts stay whole, and long ones share alike.
        for (; left > 0; left--)
        {
            widths[Enumerable.Range(0, widths.Length).Where(i => widths[i] < wanted[i]).MinBy(i => widths[i])]++;
        }

        return widths;
    }

    private static int LongestWord(string text) => text.Split(' ').Max(Typesetter.WidthOf);

    private static int Together(int[] widths) => widths.Sum() + (TextTable.Gap * (widths.Length - 1));
}
