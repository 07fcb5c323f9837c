using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>How much each round moved, to faster memory above the line and to slower memory below it; a tick is a round.</summary>
internal sealed class MovePlot(HeatRecorder recorder)
{
    private const double LeastWidth = 3;

    /// <summary>A bar is no wider than the plot divided by this: of a short run columns are few, and a round is an instant.</summary>
    private const double MostColumns = 40;

    private const double TickHeight = 5;

    /// <summary>Draws the plot.</summary>
    public void Draw(ICanvas canvas, PictureFrame frame)
    {
        canvas.Text(frame.Left, frame.MovesTop - 8, "moved by each round (a tick is a round)", PictureInk.Text, PictureInk.Size);
        double middle = frame.MovesTop + (frame.MovesHeight / 2);
        (long up, long down, long most) = Sums();
        for (int column = 0; column < recorder.Columns; column++)
        {
            SharePoint point = recorder.PointAt(column);
            TimeSpan at = column * recorder.ColumnTime;
            if (point.Rounds > 0)
            {
                canvas.Fill(frame.X(at) - 0.5, middle - (TickHeight / 2), 1, TickHeight, PictureInk.Faint);
            }

            // A round that is broken off has no tick, and may have moved pages.
            Bar(canvas, frame, at, middle, point, most);
        }

        canvas.Fill(frame.Left, middle, frame.PlotWidth, 0.5, PictureInk.Faint);
        if (most == 0)
        {
            canvas.Text(frame.Left - 8, middle + 4, "nothing", PictureInk.Faint, PictureInk.Size, anchor: 1);
            return;
        }

        Label(canvas, frame.Left - 8, frame.MovesTop + 8, "▲ ", most, anchor: 1);
        Label(canvas, frame.Left - 8, frame.MovesTop + frame.MovesHeight, "▼ ", most, anchor: 1);
        canvas.Text(frame.Right + 8, middle + 4, "in all", PictureInk.Faint, PictureInk.SmallSize);
        Label(canvas, frame.Right + 8, middle - 8, "▲ ", up, anchor: 0);
        Label(canvas, frame.Right + 8, middle + 17, "▼ ", down, anchor: 0);
    }

    private static void Label(ICanvas canvas, double x, double y, string sign, long pages, double anchor) =>
        canvas.Text(x, y, sign + ByteSize.Format(pages * Chunk.PageBytes), PictureInk.Faint, PictureInk.SmallSize, anchor);

    private void Bar(ICanvas canvas, PictureFrame frame, TimeSpan at, double middle, SharePoint point, long most)
    {
        if (point.Promoted + point.Demoted == 0)
        {
            return;
        }

        // What came with the first or the last instant stays within the plot, and out of its labels.
        double width = Math.Max(LeastWidth, Math.Min(frame.X(recorder.ColumnTime) - frame.Left, frame.PlotWidth / MostColumns));
        double left = Math.Clamp(frame.X(at) - (width / 2), frame.Left, Math.Max(frame.Left, frame.Right - width));
        double up = frame.MovesHeight / 2 * point.Promoted / most;
        double down = frame.MovesHeight / 2 * point.Demoted / most;
        if (point.Promoted > 0)
        {
            canvas.Fill(left, middle - up, width, up, PictureInk.Up);
        }

        if (point.Demoted > 0)
        {
            canvas.Fill(left, middle, width, down, PictureInk.Down);
        }

        canvas.Note(
            left,
            frame.MovesTop,
            width,
            frame.MovesHeight,
            $"{HumanDuration.Format(at)}: {ByteSize.Format(point.Promoted * Chunk.PageBytes)} to fast memory, "
                + $"{ByteSize.Format(point.Demoted * Chunk.PageBytes)} to slower memory");
    }

    private (long Up, long Down, long Most) Sums()
    {
        (long up, long down, long most) = (0, 0, 0);
        for (int column = 0; column < recorder.Columns; column++)
        {
            SharePoint point = recorder.PointAt(column);
            (up, down) = (up + point.Promoted, down + point.Demoted);
            most = Math.Max(most, Math.Max(point.Promoted, point.Demoted));
        }

        return (up, down, most);
    }
}
