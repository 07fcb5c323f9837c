using System.Globalization;
using System.Text;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// The picture of a run: above, what share of the pages fast memory held and what share of the accesses it served; below, heat by
/// address and time, orange where fast memory holds it and blue where slower memory does.
/// </summary>
internal sealed class HeatPicture(HeatRecorder recorder, string title)
{
    private const int CanvasWidth = 1000;
    private const int CanvasHeight = 800;
    private const double Left = 92;
    private const double PlotWidth = 790;
    private const double CurvesTop = 84;
    private const double CurvesHeight = 130;
    private const double CellsTop = 260;
    private const double CellsHeight = 430;
    private const double Small = 11;
    private const int MostImageRows = 860;
    private const double LabelGap = 16;

    private static readonly Rgb s_ink = new(40, 40, 46);
    private static readonly Rgb s_faint = new(120, 120, 126);
    private static readonly Rgb s_grid = new(222, 222, 220);
    private static readonly Rgb s_pages = new(110, 116, 130);
    private static readonly Rgb s_hits = new(220, 100, 16);
    private static readonly Rgb s_exact = new(20, 130, 90);

    private double Seconds => Math.Max(recorder.Columns * recorder.ColumnTime.TotalSeconds, 1e-3);

    /// <summary>Writes a picture in the form that the file's name asks for: <c>.png</c>, else SVG.</summary>
    public void WriteTo(Stream stream, string fileName)
    {
        if (fileName.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            RasterCanvas raster = new(CanvasWidth, CanvasHeight);
            Draw(raster);
            PngEncoder.Write(stream, raster.Raster);
            return;
        }

        SvgCanvas svg = new(CanvasWidth, CanvasHeight);
        Draw(svg);
        stream.Write(Encoding.UTF8.GetBytes(svg.ToString()));
    }

    /// <summary>Draws everything.</summary>
    public void Draw(ICanvas canvas)
    {
        canvas.Fill(0, 0, CanvasWidth, CanvasHeight, new Rgb(255, 255, 255));
        canvas.Text(Left, 34, title, s_ink, 18);
        DrawCurves(canvas);
        DrawCells(canvas);
        DrawTimeAxis(canvas);
        DrawLegend(canvas);
    }

    private void DrawCurves(ICanvas canvas)
    {
        double key = Left;
        key = Key(canvas, key, "pages in fast memory", s_pages);
        key = Key(canvas, key, "accesses served by fast memory, estimated from heat", s_hits);
        for (int percent = 0; percent <= 100; percent += 25)
        {
            double y = CurvesTop + (CurvesHeight * (100 - percent) / 100);
            canvas.Fill(Left, y, PlotWidth, 0.5, s_grid);
            if (percent % 50 == 0)
            {
                canvas.Text(Left - 8, y + 4, percent.ToString(CultureInfo.InvariantCulture) + " %", s_faint, Small, anchor: 1);
            }
        }

        List<(double X, double Y)> pages = Curve(point => point.Sampled ? point.FastPages : float.NaN);
        List<(double X, double Y)> hits = Curve(point => point.Sampled ? point.Hits : float.NaN);
        List<(double X, double Y)> exact = Curve(point => point.ExactHits);
        canvas.Line(pages, s_pages, 2);
        canvas.Line(hits, s_hits, 2);
        if (exact.Count > 0)
        {
            Key(canvas, key, "counted exactly", s_exact);
            canvas.Line(exact, s_exact, 2);
        }
    }

    private static double Key(ICanvas canvas, double x, string text, Rgb colour)
    {
        canvas.Fill(x, CurvesTop - 22, 18, 4, colour);
        canvas.Text(x + 24, CurvesTop - 15, text, s_ink, Small);
        return x + 24 + (text.Length * 6.2) + 26;
    }

    private List<(double X, double Y)> Curve(Func<SharePoint, float> value)
    {
        List<(double X, double Y)> points = [];
        for (int column = 0; column < recorder.Columns; column++)
        {
            float share = value(recorder.PointAt(column));
            if (!float.IsNaN(share))
            {
                points.Add(
                    (Left + (PlotWidth * (column + 0.5) / recorder.Columns), CurvesTop + (CurvesHeight * (1 - Math.Clamp(share, 0, 1)))));
            }
        }

        return points;
    }

    private void DrawCells(ICanvas canvas)
    {
        if (recorder.Rows.Count == 0 || recorder.Columns == 0)
        {
            canvas.Fill(Left, CellsTop, PlotWidth, CellsHeight, HeatColours.Unmapped);
            canvas.Text(Left + (PlotWidth / 2), CellsTop + (CellsHeight / 2), "no round was finished", s_faint, 14, anchor: 0.5);
            return;
        }

        List<int> lines = LinesOf(recorder);
        double hottest = HeatColours.HottestOf(recorder);
        Raster raster = new(recorder.Columns, lines.Count);
        for (int y = 0; y < lines.Count; y++)
        {
            for (int x = 0; x < recorder.Columns; x++)
            {
                raster[x, y] = lines[y] < 0 ? new Rgb(255, 255, 255) : HeatColours.Of(recorder.CellAt(lines[y], x), hottest, x, y);
            }
        }

        canvas.Image(Left, CellsTop, PlotWidth, CellsHeight, raster);
        DrawAddressAxis(canvas, lines);
    }

    /// <summary>The rows from top to bottom, lowest address first; -1 where addresses without pages are left out.</summary>
    internal static List<int> LinesOf(HeatRecorder recorder)
    {
        List<int> lines = [];
        int gap = Math.Max(1, recorder.Rows.Count / 160);
        for (int row = 0; row < recorder.Rows.Count; row++)
        {
            if (row > 0 && !Continues(recorder, row) && lines.Count < MostImageRows)
            {
                lines.AddRange(Enumerable.Repeat(-1, gap));
            }

            lines.Add(row);
        }

        return lines;
    }

    private static bool Continues(HeatRecorder recorder, int row) =>
        recorder.Rows[row].Target == recorder.Rows[row - 1].Target && recorder.Rows[row].Bucket == recorder.Rows[row - 1].Bucket + 1;

    // Left: how much address space lies above; right: the addresses and processes that ranges begin with.
    private void DrawAddressAxis(ICanvas canvas, List<int> lines)
    {
        double height = CellsHeight / lines.Count;
        long bucketBytes = 1L << recorder.BucketShift;
        long step = AxisTicks.SizeStep(bucketBytes * recorder.Rows.Count, 8);
        double free = double.MinValue;
        double freeSize = double.MinValue;
        for (int y = 0; y < lines.Count; y++)
        {
            int row = lines[y];
            double top = CellsTop + (y * height);
            if (row < 0)
            {
                continue;
            }

            if (row * bucketBytes % step < bucketBytes && top >= freeSize)
            {
                canvas.Fill(Left - 5, top, 5, 0.75, s_faint);
                canvas.Text(Left - 8, top + 4, row == 0 ? "0" : ByteSize.Format(row * bucketBytes), s_faint, Small, anchor: 1);
                freeSize = top + LabelGap;
            }

            bool begins = row == 0 || !Continues(recorder, row);
            if (begins && top >= free)
            {
                HeatRow first = recorder.Rows[row];
                bool newProcess = row == 0 || recorder.Rows[row - 1].Target != first.Target;
                string label = (
                    newProcess && recorder.Pids.Count > 1
                        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(recorder.Pids[first.Target])}: ")
                        : "")
                    + (first.Bucket << recorder.BucketShift).ToString("x", CultureInfo.InvariantCulture);
                canvas.Fill(Left + PlotWidth, top, 5, 0.75, s_faint);
                canvas.Text(Left + PlotWidth + 8, top + 4, label, s_faint, 9);
                free = top + LabelGap;
            }
        }

        canvas.Text(
            Left,
            CellsTop - 10,
            "heat by address (left: size from the lowest address, gaps left out; right: where ranges begin)",
            s_ink,
            Small);
    }

    private void DrawTimeAxis(ICanvas canvas)
    {
        double step = AxisTicks.TimeStep(Seconds, 10);
        for (double at = 0; at <= Seconds * 1.0001; at += step)
        {
            double x = Left + (PlotWidth * at / Seconds);
            canvas.Fill(x, CellsTop + CellsHeight, 0.75, 5, s_faint);
            canvas.Text(
                x,
                CellsTop + CellsHeight + 18,
                at == 0 ? "0" : HumanDuration.Format(TimeSpan.FromSeconds(at)),
                s_faint,
                Small,
                anchor: 0.5);
        }

        canvas.Text(Left + PlotWidth, CellsTop + CellsHeight + 34, "time under management", s_faint, Small, anchor: 1);
    }

    private static void DrawLegend(ICanvas canvas)
    {
        const int Steps = 60;
        const double Width = 220;
        double y = CanvasHeight - 56;
        canvas.Text(Left, y - 6, "cold", s_faint, Small);
        canvas.Text(Left + Width, y - 6, "hot", s_faint, Small, anchor: 1);
        for (int i = 0; i < Steps; i++)
        {
            double x = Left + (Width * i / Steps);
            canvas.Fill(x, y, (Width / Steps) + 0.5, 13, HeatColours.Fast((i + 0.5) / Steps));
            canvas.Fill(x, y + 17, (Width / Steps) + 0.5, 13, HeatColours.Slow((i + 0.5) / Steps));
        }

        canvas.Text(Left + Width + 12, y + 11, "in fast memory", s_ink, Small);
        canvas.Text(Left + Width + 12, y + 28, "in slower memory", s_ink, Small);
        canvas.Fill(Left + Width + 160, y, 13, 13, HeatColours.Unmapped);
        canvas.Text(Left + Width + 180, y + 11, "not mapped", s_ink, Small);
    }
}
