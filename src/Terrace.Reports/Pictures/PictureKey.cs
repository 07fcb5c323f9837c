using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Pictures;

/// <summary>The key of a plot: samples of its lines, each with what it means, in as many lines as that takes.</summary>
internal sealed class PictureKey(IReadOnlyList<(string Text, Rgb Colour, double Dash)> entries)
{
    private const double Sample = 22;
    private const double ToText = 6;
    private const double ToNext = 20;

    /// <summary>Lines that it takes.</summary>
    public int LinesIn(double width) => Places(width).Select(place => place.Line).Append(0).Max() + 1;

    /// <summary>Draws it from a top left corner.</summary>
    public void Draw(ICanvas canvas, double left, double top, double width)
    {
        foreach ((int entry, double x, int line) in Places(width))
        {
            (string text, Rgb colour, double dash) = entries[entry];
            double y = top + (line * PictureFrame.LineHeight) + 6;
            canvas.Line([(left + x, y), (left + x + Sample, y)], colour, 2, dash);
            canvas.Text(left + x + Sample + ToText, y + 4, text, PictureInk.Text, PictureInk.Size);
        }
    }

    private IEnumerable<(int Entry, double X, int Line)> Places(double width)
    {
        double x = 0;
        int line = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            double needed = Sample + ToText + PictureLetters.WidthOf(entries[i].Text, PictureInk.Size);
            if (x > 0 && x + needed > width)
            {
                (x, line) = (0, line + 1);
            }

            yield return (i, x, line);
            x += needed + ToNext;
        }
    }
}
