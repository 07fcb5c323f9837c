using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Heat by address × time in a terminal: half blocks in 256 colours, two lines of cells to a line of text; digits 0 to 9 where
/// colour may not be
/// used, with <c>.</c> for cold pages.
/// </summary>
internal static class TerminalHeatmap
{
    private const int Lines = 16;
    private const int Margin = 12;

    /// <summary>Writes the map.</summary>
    public static void Write(TextWriter writer, HeatRecorder recorder, int width, bool colour)
    {
        if (recorder.Rows.Count == 0 || recorder.Columns == 0)
        {
            return;
        }

        int columns = Math.Clamp(width - Margin - 1, 10, Math.Max(10, Math.Min(recorder.Columns, 160)));
        int rows = Math.Min(colour ? Lines * 2 : Lines, recorder.Rows.Count);
        HeatCell[,] cells = Shrink(recorder, rows, columns);
        double hottest = colour ? HeatColours.HottestOf(recorder) : HottestMean(cells);

        long bytes = (1L << recorder.BucketShift) * recorder.Rows.Count;
        for (int row = 0; row < rows; row += colour ? 2 : 1)
        {
            string label = row == 0 ? "0" : ByteSize.Format(bytes * row / rows);
            writer.Write(label.PadLeft(Margin - 2) + "  ");
            for (int column = 0; column < columns; column++)
            {
                if (colour)
                {
                    WriteHalves(writer, cells, row, column, hottest);
                }
                else
                {
                    writer.Write(DigitOf(cells[row, column], hottest));
                }
            }

            writer.WriteLine(colour ? "\e[0m" : "");
        }

        string end = HumanDuration.Format(recorder.Columns * recorder.ColumnTime);
        writer.WriteLine(new string(' ', Margin) + "0" + end.PadLeft(Math.Max(0, columns - 1)));
        writer.WriteLine(
            new string(' ', Margin) + (
                colour
                    ? "heat: orange in fast memory, blue in slower; brighter is hotter"
                    : "heat by address and time: . cold, 1 to 9 hot; blank not mapped"));
    }

    private static HeatCell[,] Shrink(HeatRecorder recorder, int rows, int columns)
    {
        HeatCell[,] cells = new HeatCell[rows, columns];
        for (int y = 0; y < recorder.Rows.Count; y++)
        {
            for (int x = 0; x < Math.Max(recorder.Columns, columns); x++)
            {
                ref HeatCell cell = ref cells[(int)((long)y * rows / recorder.Rows.Count), (int)(
                    (long)x * columns / Math.Max(recorder.Columns, columns))];
                HeatCell source = recorder.CellAt(y, (int)((long)x * recorder.Columns / Math.Max(recorder.Columns, columns)));
                cell = HeatCell.Merge(cell, source);
            }
        }

        return cells;
    }

    private static void WriteHalves(TextWriter writer, HeatCell[,] cells, int row, int column, double hottest)
    {
        int below = Math.Min(row + 1, cells.GetLength(0) - 1);
        int upper = Palette(cells[row, column], hottest, column, row);
        int lower = Palette(cells[below, column], hottest, column, row + 1);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"\e[38;5;{upper};48;5;{lower}m▀"));
    }

    // The 6 × 6 × 6 cube of the 256 colours begins at 16.
    private static int Palette(in HeatCell cell, double hottest, int x, int y)
    {
        Rgb colour = cell.MappedPages == 0 ? new Rgb(0, 0, 0) : HeatColours.Of(cell, hottest, x, y);
        return 16 + (36 * Level(colour.R)) + (6 * Level(colour.G)) + Level(colour.B);
    }

    // Levels are 0, 95, 135, 175, 215, 255.
    private static int Level(byte channel) => channel < 48 ? 0 : channel < 115 ? 1 : Math.Min(5, (channel - 35) / 40);

    private static double HottestMean(HeatCell[,] cells)
    {
        double hottest = 1;
        foreach (HeatCell cell in cells)
        {
            hottest = Math.Max(hottest, cell.Heat);
        }

        return hottest;
    }

    private static char DigitOf(in HeatCell cell, double hottest)
    {
        if (cell.MappedPages == 0)
        {
            return ' ';
        }

        int digit = (int)Math.Round(9 * Math.Sqrt(cell.Heat / hottest));
        return digit == 0 ? '.' : (char)('0' + Math.Min(digit, 9));
    }
}
