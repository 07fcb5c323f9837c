using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Pages by address × time in a terminal, with names and sizes of ranges. In 256 colours a sign is two rows of an even range, or, where
/// tiers are mixed, as much orange from below as there are pages in fast memory. Where colour may not be used there are two maps of
/// digits: how hot, and how much of it in fast memory.
/// </summary>
internal sealed class TerminalHeatmap
{
    private const int Lines = 16;
    private const int MostRanges = 6;
    private const int WideMargin = 24;
    private const int NarrowMargin = 14;
    private const int Narrow = 60;
    private const int MostColumns = 160;
    private const string Indent = "  ";

    private readonly TextWriter _writer;
    private readonly HeatRecorder _recorder;
    private readonly EvenHeat _even;
    private readonly int _width;
    private readonly int _margin;
    private readonly int _columns;
    private readonly IReadOnlyList<PictureRange> _ranges;
    private string _mostMoved = "";

    private TerminalHeatmap(TextWriter writer, HeatRecorder recorder, int width)
    {
        _writer = writer;
        _recorder = recorder;
        _even = new EvenHeat(recorder.Scans);
        _width = width;
        _margin = width < Narrow ? NarrowMargin : WideMargin;
        _columns = Math.Clamp(width - _margin - 1, 10, Math.Max(10, Math.Min(recorder.Columns, MostColumns)));
        _ranges = PictureRanges.Of(recorder, MostRanges);
    }

    /// <summary>Writes the map.</summary>
    public static void Write(TextWriter writer, HeatRecorder recorder, int width, bool colour)
    {
        if (recorder.Rows.Count == 0 || recorder.Columns == 0)
        {
            return;
        }

        TerminalHeatmap map = new(writer, recorder, width);
        map.WriteMoves(colour);
        if (colour)
        {
            map.WriteRows(map.WriteColours);
            map.WriteTime();
            map.WriteColourLegend();
            return;
        }

        map.WriteRows((band, _) => map.WriteDigits(band, mix => mix.MeanHeat));
        map.WriteTime();
        map.WriteLegend($"heat: tenths of {recorder.Scans} scans that saw it, . none, # all");
        map.WriteRows((band, _) => map.WriteDigits(band, mix => mix.FastShare));
        map.WriteTime();
        map.WriteLegend("tenths that are in fast memory, . none, # all");
        map.WriteLegend("? not looked at yet, blank not mapped");
        map.WriteLegend($"most moved at once: {map._mostMoved}");
    }

    private void WriteRows(Action<HeatBand, HeatBand> write)
    {
        double total = Math.Max(1, _ranges.Sum(range => range.Bytes));
        foreach (PictureRange range in _ranges)
        {
            int lines = Math.Clamp((int)Math.Round(Lines * range.Bytes / total), 1, range.Rows.Count);
            string size = ByteSize.Format(range.Bytes);
            string name = _recorder.Targets.Count > 1 && range.Target >= 0
                ? string.Create(CultureInfo.InvariantCulture, $"{_recorder.Targets[range.Target].Pid}: {range.Name}")
                : range.Name;
            for (int line = 0; line < lines; line++)
            {
                WriteLabel(lines == 1 ? Shorten(name, size) : line == 0 ? name : line == 1 ? size : "");
                int from = range.Rows.Count * line / lines;
                int until = range.Rows.Count * (line + 1) / lines;
                HeatBand all = new(_recorder, _even, range.Rows, from, until);
                if (all.IsMixed || until - from == 1)
                {
                    write(all, all);
                }
                else
                {
                    int middle = (from + until) / 2;
                    write(new(_recorder, _even, range.Rows, from, middle), new(_recorder, _even, range.Rows, middle, until));
                }

                _writer.WriteLine();
            }
        }
    }

    private void WriteColours(HeatBand upper, HeatBand lower)
    {
        for (int column = 0; column < _columns; column++)
        {
            int at = ColumnOf(column);
            HeatMix mix = upper.MixAt(at);
            if (ReferenceEquals(upper, lower) && mix.Mapped > 0)
            {
                WriteSplit(mix);
                continue;
            }

            _writer.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\e[38;5;{Palette(ColourOf(upper, at))};48;5;{Palette(ColourOf(lower, at))}m▀"));
        }

        _writer.Write("\e[0m");
    }

    // Blocks of an eighth to eight eighths from below.
    private void WriteSplit(in HeatMix mix)
    {
        const string Blocks = " ▁▂▃▄▅▆▇█";
        int eighths = (int)Math.Round(8 * mix.FastShare);
        int fast = Palette(HeatColours.Of(mix.HeatIn(fast: true), fast: true));
        int slow = Palette(HeatColours.Of(mix.HeatIn(fast: false), fast: false));
        _writer.Write(string.Create(CultureInfo.InvariantCulture, $"\e[38;5;{fast};48;5;{slow}m{Blocks[eighths]}"));
    }

    private void WriteDigits(HeatBand band, Func<HeatMix, double> share)
    {
        for (int column = 0; column < _columns; column++)
        {
            int at = ColumnOf(column);
            HeatMix mix = band.MixAt(at);
            _writer.Write(mix.Mapped > 0 ? DigitOf(share(mix)) : band.IsUnseen(at) ? '?' : ' ');
        }
    }

    private void WriteMoves(bool colour)
    {
        const string Blocks = " ▁▂▃▄▅▆▇█";
        long[] moved = new long[_columns];
        for (int column = 0; column < _recorder.Columns; column++)
        {
            SharePoint point = _recorder.PointAt(column);
            moved[Math.Min(_columns - 1, (int)((long)column * _columns / _recorder.Columns))] += point.Promoted + point.Demoted;
        }

        long most = moved.Max();
        string signs = string.Concat(
            moved.Select(
                pages => pages == 0 ? ' '
                    : colour ? Blocks[(int)Math.Ceiling(8.0 * pages / most)]
                    : DigitOf(Math.Max(0.1, (double)pages / most))));
        WriteLine(most == 0 ? "no moves" : "moved", signs.TrimEnd());
        _mostMoved = ByteSize.Format(most * Chunk.PageBytes);
    }

    private void WriteTime()
    {
        string end = HumanDuration.Format(_recorder.Length);
        WriteLine("", "0" + end.PadLeft(Math.Max(0, _columns - 1)));
    }

    private void WriteColourLegend()
    {
        int scans = _recorder.Scans;
        WriteLegend($"0 {Ramp(fast: true)} {scans} of {scans} scans saw it, fast memory");
        WriteLegend($"0 {Ramp(fast: false)} {scans} in slower memory");
        WriteLegend("where both are mixed: as much from below as is fast");
        WriteLegend($"\e[48;5;{Palette(HeatColours.UnseenStripe)}m  \e[0m not looked at yet, black not mapped");
        WriteLegend($"most moved at once: {_mostMoved}");
    }

    private static string Ramp(bool fast) => string.Concat(
        Enumerable.Range(0, 11).Select(
            step => $"\e[48;5;{Palette(HeatColours.Of(step * step / 100.0, fast))}m ")) + "\e[0m";

    private void WriteLabel(string text)
    {
        string fitted = text.Length > _margin - 2 ? text[..(_margin - 3)] + "…" : text;
        _writer.Write(fitted.PadLeft(_margin - 2) + "  ");
    }

    // Broken at spaces where the terminal is too narrow, but not in a ramp of colours.
    private void WriteLegend(string text)
    {
        string line = Indent + text;
        while (CellsOf(line) > _width && BreakOf(line) is var blank && blank > Indent.Length)
        {
            _writer.WriteLine(line[..blank]);
            line = Indent + Indent + line[(blank + 1)..];
        }

        _writer.WriteLine(line);
    }

    // The last blank that leaves the line before it short enough.
    private int BreakOf(string line)
    {
        int blank = line.LastIndexOf(' ');
        while (blank > Indent.Length && (CellsOf(line[..blank]) > _width || line[blank - 1] == 'm'))
        {
            blank = line.LastIndexOf(' ', blank - 1);
        }

        return blank;
    }

    // Without sequences that set colours, which are \e[...m.
    private static int CellsOf(string line)
    {
        int cells = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e')
            {
                i = line.IndexOf('m', i);
                continue;
            }

            cells++;
        }

        return cells;
    }

    private void WriteLine(string label, string text)
    {
        WriteLabel(label);
        _writer.WriteLine(text);
    }

    private string Shorten(string name, string size)
    {
        int room = Math.Max(1, _margin - 4 - size.Length);
        return (name.Length > room ? name[..(room - 1)] + "…" : name) + ", " + size;
    }

    // What was true at the end of a sign's time.
    private int ColumnOf(int column) =>
        Math.Clamp((int)(((long)(column + 1) * _recorder.Columns / _columns) - 1), 0, _recorder.Columns - 1);

    private static Rgb ColourOf(HeatBand band, int column)
    {
        HeatMix mix = band.MixAt(column);
        return mix.Mapped > 0 ? HeatColours.Of(mix)
            : band.IsUnseen(column) ? HeatColours.UnseenStripe
            : new Rgb(0, 0, 0);
    }

    // The 6 × 6 × 6 cube of the 256 colours begins at 16.
    private static int Palette(Rgb colour) => 16 + (36 * Level(colour.R)) + (6 * Level(colour.G)) + Level(colour.B);

    // Levels are 0, 95, 135, 175, 215, 255.
    private static int Level(byte channel) => channel < 48 ? 0 : channel < 115 ? 1 : Math.Min(5, (channel - 35) / 40);

    private static char DigitOf(double part)
    {
        int digit = (int)Math.Round(10 * part);
        return digit == 0 ? '.' : digit > 9 ? '#' : (char)('0' + digit);
    }
}
