using System.Globalization;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Which share of the pages fast memory holds and which share of accesses it serves. Steps, not slopes: what a round showed holds until
/// the next; a dot is a round.
/// </summary>
internal sealed class SharePlot
{
    private const double Dash = 4;
    private const double LeastPixelsOfDot = 7;

    private readonly HeatRecorder _recorder;
    private readonly PictureCaption _caption;
    private readonly bool _counts;

    public SharePlot(HeatRecorder recorder, PictureCaption caption)
    {
        _recorder = recorder;
        _caption = caption;
        _counts = Enumerable.Range(0, recorder.Columns).Any(column => recorder.PointAt(column).Counted > 0);
        List<(string Text, Rgb Colour, double Dash)> entries =
        [
            ("pages in fast memory", PictureInk.Pages, 0),
            ("the most it may hold", PictureInk.Text, Dash),
            ("accesses it serves, estimated", PictureInk.Estimate, 0),
        ];
        if (_counts)
        {
            entries.Add(("counted exactly", PictureInk.Exact, 0));
        }

        if (caption.BestHits is not null)
        {
            entries.Add(("best possible", PictureInk.Best, Dash));
        }

        Key = new PictureKey(entries);
    }

    /// <summary>What the lines mean.</summary>
    public PictureKey Key { get; }

    /// <summary>Draws the plot and its key.</summary>
    public void Draw(ICanvas canvas, PictureFrame frame)
    {
        Key.Draw(canvas, frame.Left, frame.Top, frame.Width - frame.Left - 10);
        for (int percent = 0; percent <= 100; percent += 25)
        {
            double y = Y(frame, percent / 100.0);
            canvas.Fill(frame.Left, y, frame.PlotWidth, 0.5, PictureInk.Grid);
            if (percent % 50 == 0)
            {
                string label = percent.ToString(CultureInfo.InvariantCulture) + " %";
                canvas.Text(frame.Left - 8, y + 4, label, PictureInk.Faint, PictureInk.Size, anchor: 1);
            }
        }

        if (_caption.BestHits is { } best)
        {
            canvas.Line([(frame.Left, Y(frame, best)), (frame.Right, Y(frame, best))], PictureInk.Best, 1, Dash);
        }

        DrawSteps(canvas, frame, point => point.FastPages, PictureInk.Pages, 2);
        DrawSteps(canvas, frame, point => point.Budget, PictureInk.Text, 1, Dash);
        DrawSteps(canvas, frame, point => point.Hits, PictureInk.Estimate, 2);
        if (_counts)
        {
            DrawCounts(canvas, frame);
        }

        LabelEnds(canvas, frame);
    }

    private static double Y(PictureFrame frame, double share) => frame.SharesTop + (frame.SharesHeight * (1 - Math.Clamp(share, 0, 1)));

    private IEnumerable<(double X, SharePoint Point)> RoundsIn(PictureFrame frame)
    {
        for (int column = 0; column < _recorder.Columns; column++)
        {
            if (_recorder.PointAt(column) is { Rounds: > 0 } point)
            {
                yield return (frame.X(column * _recorder.ColumnTime), point);
            }
        }
    }

    private void DrawSteps(ICanvas canvas, PictureFrame frame, Func<SharePoint, double> share, Rgb colour, double width, double dash = 0)
    {
        List<(double X, double Y)> line = [];
        foreach ((double x, SharePoint point) in RoundsIn(frame))
        {
            double y = Y(frame, share(point));
            if (line.Count > 0 && line[^1].Y != y)
            {
                line.Add((x, line[^1].Y));
            }

            if (line.Count == 0 || line[^1].Y != y)
            {
                line.Add((x, y));
            }
        }

        if (line.Count == 0)
        {
            return;
        }

        line.Add((frame.Right, line[^1].Y));
        canvas.Line(line, colour, width, dash);
        if (dash == 0 && _recorder.Rounds * LeastPixelsOfDot < frame.PlotWidth)
        {
            foreach ((double x, SharePoint point) in RoundsIn(frame))
            {
                canvas.Dot(x, Y(frame, share(point)), 2.5, colour);
            }
        }
    }

    // A second that was counted is the one before its end.
    private void DrawCounts(ICanvas canvas, PictureFrame frame)
    {
        List<(double X, double Y)> line = [(frame.Left, 0)];
        for (int column = 0; column < _recorder.Columns; column++)
        {
            if (_recorder.PointAt(column) is { Counted: > 0 } point)
            {
                double y = Y(frame, point.ExactHits);
                line.Add((line[^1].X, y));
                line.Add((frame.X(column * _recorder.ColumnTime), y));
            }
        }

        canvas.Line(line[1..], PictureInk.Exact, 1.5);
    }

    // Numbers at the right edge, where the eye ends; pushed apart where they would lie on each other.
    private void LabelEnds(ICanvas canvas, PictureFrame frame)
    {
        List<(double Share, Rgb Colour)> labels = [];
        if (RoundsIn(frame).Select(round => round.Point).LastOrDefault() is { Rounds: > 0 } last)
        {
            labels.AddRange([(last.FastPages, PictureInk.Pages), (last.Hits, PictureInk.Estimate)]);
        }

        SharePoint counted = Enumerable.Range(0, _recorder.Columns).Select(_recorder.PointAt).LastOrDefault(point => point.Counted > 0);
        if (counted.Counted > 0)
        {
            labels.Add((counted.ExactHits, PictureInk.Exact));
        }

        double free = double.MinValue;
        foreach ((double share, Rgb colour) in labels.OrderByDescending(label => label.Share))
        {
            double y = Math.Max(free, Y(frame, share) + 4);
            string text = (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";
            canvas.Text(frame.Right + 8, y, text, colour, PictureInk.Size);
            free = y + PictureInk.Size + 2;
        }
    }
}
