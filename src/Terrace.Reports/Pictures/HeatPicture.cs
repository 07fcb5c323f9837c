using System.Globalization;
using System.Text;
using Terrace.Core.Units;
using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Pictures;

/// <summary>
/// The picture of a run: above, what share of the pages fast memory held and what share of the accesses it served, and what was moved;
/// below, pages by address and time, orange where fast memory holds them and blue where slower memory does.
/// </summary>
internal sealed class HeatPicture(HeatRecorder recorder, PictureCaption caption)
{
    private const double TitleSize = 17;
    private const double SmallTitleSize = 13;
    private const double TitleBottom = 30;
    private const double Margin = 16;
    private const string Between = "  ·  ";

    private TimeSpan Length => recorder.Length > TimeSpan.Zero ? recorder.Length : recorder.ColumnTime;

    /// <summary>Writes a picture in the form that the file's name asks for: <c>.png</c>, else SVG.</summary>
    public void WriteTo(Stream stream, string fileName, PictureSize? size = null)
    {
        if (fileName.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            PictureSize pixels = size ?? PictureSize.DefaultPng;
            RasterCanvas raster = new(pixels.Width, pixels.Height, pixels.Density);
            Draw(raster, (double)pixels.Width / pixels.Density, (double)pixels.Height / pixels.Density);
            PngEncoder.Write(stream, raster.Raster);
            return;
        }

        (int width, int height) = size ?? PictureSize.DefaultSvg;
        SvgCanvas svg = new(width, height, caption.Title, string.Join(Between, caption.Facts));
        Draw(svg, width, height);
        stream.Write(Encoding.UTF8.GetBytes(svg.ToString()));
    }

    /// <summary>Draws everything.</summary>
    public void Draw(ICanvas canvas, double width, double height)
    {
        canvas.Fill(0, 0, width, height, PictureInk.Paper);
        double room = width - (2 * Margin);
        double size = PictureLetters.WidthOf(caption.Title, TitleSize) <= room ? TitleSize : SmallTitleSize;
        canvas.Text(Margin, TitleBottom, PictureLetters.Fit(caption.Title, size, room), PictureInk.Text, size);
        double top = TitleBottom + 4;
        foreach (string line in Wrap(caption.Facts, room))
        {
            top += PictureFrame.LineHeight;
            canvas.Text(Margin, top, line, PictureInk.Faint, PictureInk.Size);
        }

        SharePlot shares = new(recorder, caption);
        PictureFrame frame = new(width, height, top + 18, 1, Length);
        frame = frame with { KeyLines = shares.Key.LinesIn(frame.Width - frame.Left - 10) };
        shares.Draw(canvas, frame);
        new MovePlot(recorder).Draw(canvas, frame);
        new HeatPlot(recorder, caption).Draw(canvas, frame);
        DrawPhases(canvas, frame);
        DrawTimeAxis(canvas, frame);
        new HeatLegend(recorder.Scans).Draw(canvas, frame);
    }

    private static List<string> Wrap(IReadOnlyList<string> facts, double width)
    {
        List<string> lines = [];
        foreach (string fact in facts)
        {
            string longer = lines.Count > 0 ? lines[^1] + Between + fact : fact;
            if (lines.Count > 0 && PictureLetters.WidthOf(longer, PictureInk.Size) <= width)
            {
                lines[^1] = longer;
            }
            else
            {
                lines.Add(PictureLetters.Fit(fact, PictureInk.Size, width));
            }
        }

        return lines;
    }

    private void DrawPhases(ICanvas canvas, PictureFrame frame)
    {
        const double Apart = 6;
        List<double> places = [.. caption.Phases.Select(frame.X)];
        double widest = PictureLetters.WidthOf($"phase {places.Count + 1}", PictureInk.SmallSize);
        bool words = places.Zip(places.Skip(1)).All(pair => pair.Second - pair.First >= widest + Apart);
        double free = double.MinValue;
        for (int i = 0; i < places.Count; i++)
        {
            // Through the plots, not through what is written between them.
            double x = places[i];
            canvas.Line([(x, frame.SharesTop), (x, frame.SharesTop + frame.SharesHeight)], PictureInk.Phase, 1, 3);
            canvas.Line([(x, frame.MovesTop), (x, frame.MovesTop + frame.MovesHeight)], PictureInk.Phase, 1, 3);
            canvas.Line([(x, frame.CellsTop - 4), (x, frame.CellsTop)], PictureInk.Phase, 1);

            // Below the plot, where no line of it passes. Where words are too close there are numbers, and of those as many as fit.
            string text = words || i == 0 ? $"phase {i + 2}" : (i + 2).ToString(CultureInfo.InvariantCulture);
            double width = PictureLetters.WidthOf(text, PictureInk.SmallSize);
            double left = Math.Clamp(x - (width / 2), frame.Left, frame.Right - width);
            if (left >= free)
            {
                canvas.Text(left, frame.SharesTop + frame.SharesHeight + 10, text, PictureInk.Phase, PictureInk.SmallSize);
                free = left + width + Apart;
            }
        }
    }

    private void DrawTimeAxis(ICanvas canvas, PictureFrame frame)
    {
        double seconds = Length.TotalSeconds;
        double step = AxisTicks.TimeStep(seconds, (int)(frame.PlotWidth / 72));
        for (double at = 0; at <= seconds * 1.0001; at += step)
        {
            double x = frame.X(TimeSpan.FromSeconds(at));
            canvas.Fill(x - 0.375, frame.CellsBottom + 2, 0.75, 5, PictureInk.Faint);
            string label = at == 0 ? "0" : HumanDuration.Format(TimeSpan.FromSeconds(at));
            canvas.Text(x, frame.CellsBottom + 19, label, PictureInk.Faint, PictureInk.Size, anchor: 0.5);
        }
    }
}
