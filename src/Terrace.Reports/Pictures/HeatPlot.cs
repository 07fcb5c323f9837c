using System.Globalization;
using Terrace.Core.Units;
using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Pictures;

/// <summary>Pages by address and time: how hot they are, and which tier holds them. Each range has a name and a size.</summary>
internal sealed class HeatPlot(HeatRecorder recorder, PictureCaption caption)
{
    private const double LeastHeight = 14;
    private const double Gap = 5;
    private const double HeaderHeight = 17;

    /// <summary>Height of a strip of rows: enough that its parts can be seen where it mixes.</summary>
    private const double BandHeight = 20;

    private const int MostNotes = 1500;
    private const double TickDistance = 44;
    private const double MostHeaders = 4;

    private readonly EvenHeat _even = new(recorder.Scans);

    /// <summary>Draws it.</summary>
    public void Draw(ICanvas canvas, PictureFrame frame)
    {
        canvas.Text(frame.Left, frame.CellsTop - 9, "pages by address and time, as each round left them", PictureInk.Text, PictureInk.Size);
        if (recorder.Rows.Count == 0 || recorder.Columns == 0)
        {
            Raster plain = Unseen(frame.PlotWidth * canvas.Density, frame.CellsHeight * canvas.Density);
            canvas.Image(frame.Left, frame.CellsTop, frame.PlotWidth, frame.CellsHeight, plain);
            canvas.Text(
                frame.Left + (frame.PlotWidth / 2),
                frame.CellsTop + (frame.CellsHeight / 2),
                "no round was finished",
                PictureInk.Text,
                14,
                anchor: 0.5);
            return;
        }

        IReadOnlyList<PictureRange> ranges = PictureRanges.Of(recorder, Math.Max(2, (int)(frame.CellsHeight / (2 * LeastHeight))));
        bool headers = recorder.Targets.Count is > 1 && recorder.Targets.Count <= MostHeaders;
        int headerCount = headers ? recorder.Targets.Count : 0;
        double room = frame.CellsHeight - (headerCount * HeaderHeight) - ((ranges.Count - 1) * Gap);
        double shared = Math.Max(0, room - (ranges.Count * LeastHeight));
        double total = Math.Max(1, ranges.Sum(range => range.Bytes));
        double top = frame.CellsTop;
        int target = -1;
        List<(PictureRange Range, double Top, double Height)> places = [];
        List<(int Target, double Top)> named = [];
        foreach (PictureRange range in ranges)
        {
            if (headers && range.Target != target)
            {
                named.Add((range.Target, top));
                target = range.Target;
                top += HeaderHeight;
            }

            double height = LeastHeight + (shared * range.Bytes / total);
            places.Add((range, top, height));
            top += height + Gap;
        }

        DrawRaster(canvas, frame, places);
        named.ForEach(process => canvas.Text(frame.Left, process.Top + 12, ProcessName(process.Target), PictureInk.Text, PictureInk.Size));
        places.ForEach(place => Label(canvas, frame, place.Range, place.Top, place.Height, headers));
    }

    private string ProcessName(int target)
    {
        int pid = recorder.Targets[target].Pid;
        string number = pid.ToString(CultureInfo.InvariantCulture);
        return caption.Processes.TryGetValue(pid, out string? name) ? $"{name} ({number})" : number;
    }

    // To the left: what it is, how large, and from which address on; to the right: how far into it.
    private void Label(ICanvas canvas, PictureFrame frame, PictureRange range, double top, double height, bool headers)
    {
        double right = frame.Left - 8;
        double width = right - 8;
        string size = ByteSize.Format(range.Bytes);
        string name = !headers && recorder.Targets.Count > 1 && range.Target >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{recorder.Targets[range.Target].Pid}: {range.Name}")
            : range.Name;
        if (height < 2 * LeastHeight)
        {
            bool fits = PictureLetters.WidthOf($"{name}, {size}", PictureInk.Size) <= width;
            double letters = fits ? PictureInk.Size : PictureInk.SmallSize;
            double room = width - PictureLetters.WidthOf(", " + size, letters);
            string line = PictureLetters.Fit(name, letters, room) + ", " + size;
            canvas.Text(right, top + (height / 2) + 4, line, PictureInk.Text, letters, anchor: 1);
        }
        else
        {
            canvas.Text(right, top + 10, PictureLetters.Fit(name, PictureInk.Size, width), PictureInk.Text, PictureInk.Size, anchor: 1);
            canvas.Text(right, top + 24, size, PictureInk.Text, PictureInk.Size, anchor: 1);
            if (height >= 3 * LeastHeight && range.Start is { } start)
            {
                string address = "0x" + start.ToString("x", CultureInfo.InvariantCulture);
                canvas.Text(right, top + 37, address, PictureInk.Faint, PictureInk.SmallSize, anchor: 1);
            }
        }

        if (range.Start is null)
        {
            return;
        }

        long bytes = (long)range.Rows.Count << recorder.BucketShift;
        long step = AxisTicks.SizeStep(bytes, (int)(height / TickDistance));
        for (long at = step; height >= 2 * TickDistance && at < bytes; at += step)
        {
            double y = top + (height * at / bytes);
            canvas.Fill(frame.Right, y, 5, 0.75, PictureInk.Faint);
            canvas.Text(frame.Right + 8, y + 4, "+" + ByteSize.Format(at), PictureInk.Faint, PictureInk.SmallSize);
        }
    }

    private void DrawRaster(ICanvas canvas, PictureFrame frame, List<(PictureRange Range, double Top, double Height)> places)
    {
        int density = canvas.Density;
        Raster raster = new((int)Math.Round(frame.PlotWidth * density), (int)Math.Round(frame.CellsHeight * density));
        raster.Fill(0, 0, raster.Width, raster.Height, PictureInk.Paper);
        int[] columns = [.. Enumerable.Range(0, raster.Width).Select(x => ColumnOf(frame, (x + 0.5) / raster.Width))];
        IReadOnlyList<(int From, int Until)> spans = Spans(places.Count);
        foreach ((PictureRange range, double top, double height) in places)
        {
            int bands = Math.Clamp((int)Math.Round(height / BandHeight), 1, range.Rows.Count);
            for (int i = 0; i < bands; i++)
            {
                HeatBand band = new(recorder, _even, range.Rows, range.Rows.Count * i / bands, range.Rows.Count * (i + 1) / bands);
                double from = top + (height * i / bands);
                double until = top + (height * (i + 1) / bands);
                int upper = (int)Math.Round((from - frame.CellsTop) * density);
                int lower = (int)Math.Round((until - frame.CellsTop) * density);
                Paint(raster, band, upper, lower, columns);
                foreach ((int first, int end) in spans)
                {
                    double x = frame.X(first * recorder.ColumnTime);
                    double width = frame.X(end * recorder.ColumnTime) - x;
                    canvas.Note(x, from, width, until - from, Describe(range, bands, i, band, first, end));
                }
            }
        }

        canvas.Image(frame.Left, frame.CellsTop, frame.PlotWidth, frame.CellsHeight, raster);
    }

    private int ColumnOf(PictureFrame frame, double part) =>
        Math.Min((int)(frame.Length * part / recorder.ColumnTime), recorder.Columns - 1);

    private static void Paint(Raster raster, HeatBand band, int top, int bottom, int[] columns)
    {
        for (int y = top; y < bottom; y++)
        {
            double height = (y - top + 0.5) / (bottom - top);
            for (int x = 0; x < raster.Width; x++)
            {
                raster[x, y] = band.ColourAt(columns[x], height) ?? UnseenAt(x, y);
            }
        }

        if (band.IsMixed)
        {
            // Set apart, so that its parts are not taken for addresses.
            raster.Fill(0, bottom - 1, raster.Width, 1, PictureInk.Paper);
        }
    }

    /// <summary>Stripes, so that what was not looked at is not taken for a colour of the scale.</summary>
    internal static Rgb UnseenAt(int x, int y) => (x + y) % 12 < 2 ? HeatColours.UnseenStripe : HeatColours.Unseen;

    /// <summary>Stripes alone: where no round ended, whether something is mapped is not known.</summary>
    internal static Raster Unseen(double width, double height)
    {
        Raster raster = new((int)Math.Round(width), (int)Math.Round(height));
        for (int y = 0; y < raster.Height; y++)
        {
            for (int x = 0; x < raster.Width; x++)
            {
                raster[x, y] = UnseenAt(x, y);
            }
        }

        return raster;
    }

    /// <summary>What one note is about: from round to round, or longer when there were many.</summary>
    private List<(int From, int Until)> Spans(int ranges)
    {
        IEnumerable<int> rounds = Enumerable.Range(1, recorder.Columns - 1).Where(column => recorder.PointAt(column).Rounds > 0);
        List<int> edges = [0, .. rounds, recorder.Columns];
        int bands = Math.Max(ranges, 2 * (int)BandHeight);
        int most = Math.Max(4, MostNotes / bands);
        int step = (edges.Count + most - 1) / most;
        List<int> kept = [.. edges.Where((_, i) => i % step == 0), recorder.Columns];
        return [.. kept.Distinct().Zip(kept.Distinct().Skip(1))];
    }

    private string Describe(PictureRange range, int bands, int number, HeatBand band, int from, int until)
    {
        string place = range.Name;
        if (range.Start is { } start)
        {
            ulong offset = ((ulong)range.Rows.Count * (ulong)number / (ulong)bands) << recorder.BucketShift;
            place += string.Create(CultureInfo.InvariantCulture, $", 0x{start + offset:x}");
        }

        string time = $"{HumanDuration.Format(from * recorder.ColumnTime)} to {HumanDuration.Format(until * recorder.ColumnTime)}";
        HeatMix mix = band.MixAt(until - 1);
        return mix.Mapped == 0
            ? $"{place}\n{time}: {(band.IsUnseen(until - 1) ? "not looked at yet" : "not mapped")}"
            : $"{place}, {ByteSize.Format((long)mix.Mapped * Chunk.PageBytes)}\n{time}\n{Tier(mix, fast: true)}\n{Tier(mix, fast: false)}";
    }

    private string Tier(in HeatMix mix, bool fast)
    {
        PageKind[] kinds = fast ? [PageKind.OftenFast, PageKind.RareFast] : [PageKind.OftenSlow, PageKind.RareSlow];
        List<string> parts = [];
        foreach (PageKind kind in kinds)
        {
            double percent = mix.ShareOf(kind) * 100;
            double seen = mix.HeatOf(kind) * recorder.Scans;
            if (percent > 0)
            {
                parts.Add(
                    string.Create(
                        CultureInfo.InvariantCulture, $"{percent:0.#} % of the pages, seen in {seen:0.0} of {recorder.Scans} scans"));
            }
        }

        return (fast ? "in fast memory: " : "in slower memory: ") + (parts.Count > 0 ? string.Join("; ", parts) : "none");
    }
}
