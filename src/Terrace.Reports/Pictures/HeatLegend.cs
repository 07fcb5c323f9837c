using System.Globalization;

namespace Terrace.Reports.Pictures;

/// <summary>What the colours of pages mean, with numbers.</summary>
internal sealed class HeatLegend(int scans)
{
    private const double Box = 13;
    private const double LineHeight = 17;

    // A scattered hot set, partly in fast memory: what the sample of a mixed row shows.
    private const double SampleHot = 4.6;
    private const double SampleCold = 0.4;

    /// <summary>Draws it below the time axis.</summary>
    public void Draw(ICanvas canvas, PictureFrame frame)
    {
        double top = frame.CellsBottom + 56;
        bool wide = frame.Width >= 900;
        double left = wide ? frame.Left : 16;
        double scale = wide ? 230 : 140;
        DrawScale(canvas, left, top, scale, wide);
        double next = left + scale + (wide ? 120 : 114);
        DrawSample(canvas, next, top);
        next += wide ? 230 : 200;
        canvas.Image(next, top + 4, Box, Box, HeatPlot.Unseen(Box * canvas.Density, Box * canvas.Density));
        canvas.Text(next + Box + 6, top + 15, "not looked at yet", PictureInk.Text, PictureInk.Size);
        canvas.Fill(next, top + 4 + LineHeight, Box, Box, PictureInk.Faint);
        canvas.Fill(next + 1, top + 5 + LineHeight, Box - 2, Box - 2, HeatColours.Unmapped);
        canvas.Text(next + Box + 6, top + 15 + LineHeight, "not mapped", PictureInk.Text, PictureInk.Size);
    }

    private void DrawScale(ICanvas canvas, double left, double top, double width, bool wide)
    {
        string all = scans.ToString(CultureInfo.InvariantCulture);
        string title = wide ? $"heat: in how many of {all} scans a page was seen accessed" : $"heat: seen in how many of {all} scans";
        canvas.Text(left, top - 6, title, PictureInk.Text, PictureInk.Size);
        canvas.Image(left, top + 4, width, Box, Ramp((int)width * canvas.Density, fast: true));
        canvas.Image(left, top + 4 + LineHeight, width, Box, Ramp((int)width * canvas.Density, fast: false));

        canvas.Text(left + width + 8, top + 15, "in fast memory", PictureInk.Text, PictureInk.Size);
        canvas.Text(left + width + 8, top + 15 + LineHeight, "in slower memory", PictureInk.Text, PictureInk.Size);
        int step = scans > 6 ? 2 : 1;
        for (int seen = 0; seen <= scans; seen += step)
        {
            double x = left + (width * HeatColours.PlaceOf((double)seen / scans));
            canvas.Fill(x - 0.375, top + 2 + (2 * LineHeight), 0.75, 4, PictureInk.Faint);
            string number = seen.ToString(CultureInfo.InvariantCulture);
            canvas.Text(x, top + 16 + (2 * LineHeight), number, PictureInk.Faint, PictureInk.SmallSize, anchor: 0.5);
        }
    }

    private static void DrawSample(ICanvas canvas, double left, double top)
    {
        const double Width = 34;
        const double Height = 52;
        (string Text, double Share, double Seen, bool Fast)[] parts =
        [
            ("often seen, fast", 0.25, SampleHot, true),
            ("often seen, slower", 0.25, SampleHot, false),
            ("others, fast", 0.25, SampleCold, true),
            ("others, slower", 0.25, SampleCold, false),
        ];
        canvas.Text(left, top - 6, "mixed rows (set apart): split by pages", PictureInk.Text, PictureInk.Size);
        double y = top + 3;
        foreach ((string text, double share, double seen, bool fast) in parts)
        {
            canvas.Fill(left, y, Width, Height * share, HeatColours.Of(seen / 5, fast));
            canvas.Text(left + Width + 6, y + (Height * share / 2) + 3.5, text, PictureInk.Text, PictureInk.SmallSize + 1);
            y += Height * share;
        }
    }

    private static Raster Ramp(int width, bool fast)
    {
        Raster raster = new(width, 1);
        for (int x = 0; x < width; x++)
        {
            double place = (x + 0.5) / width;
            raster[x, 0] = HeatColours.Of(place * place, fast);
        }

        return raster;
    }
}
