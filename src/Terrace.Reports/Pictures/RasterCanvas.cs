using System.Numerics;
using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Pictures;

/// <summary>Draws pixels, as many in each direction for a unit as the density says.</summary>
internal sealed class RasterCanvas : ICanvas
{
    private const int CornersOfDot = 20;

    private readonly ShapeFiller _shapes;

    public RasterCanvas(int pixelWidth, int pixelHeight, int density)
    {
        Density = density;
        Raster = new Raster(pixelWidth, pixelHeight);
        _shapes = new ShapeFiller(Raster);
    }

    public int Density { get; }

    /// <summary>What has been drawn.</summary>
    public Raster Raster { get; }

    public void Fill(double x, double y, double width, double height, Rgb colour)
    {
        int left = Pixel(x);
        int top = Pixel(y);
        Raster.Fill(left, top, Math.Max(1, Pixel(x + width) - left), Math.Max(1, Pixel(y + height) - top), colour);
    }

    public void Line(IReadOnlyList<(double X, double Y)> points, Rgb colour, double width, double dash = 0)
    {
        double drawn = 0;
        for (int i = 1; i < points.Count; i++)
        {
            Vector2 from = new((float)points[i - 1].X, (float)points[i - 1].Y);
            Vector2 to = new((float)points[i].X, (float)points[i].Y);
            double length = Vector2.Distance(from, to);
            if (dash <= 0)
            {
                Stroke(from, to, colour, width);
                continue;
            }

            // Where the dash is carries over from piece to piece.
            for (double at = 0; at < length;)
            {
                double part = Math.Min(length - at, dash - (drawn % dash));
                if ((long)(drawn / dash) % 2 == 0)
                {
                    Stroke(At(at), At(at + part), colour, width);
                }

                drawn += Math.Max(part, 1e-3);
                at += Math.Max(part, 1e-3);
            }

            Vector2 At(double distance) => Vector2.Lerp(from, to, (float)(distance / length));
        }
    }

    public void Dot(double x, double y, double radius, Rgb colour)
    {
        Vector2[] circle = new Vector2[CornersOfDot];
        for (int i = 0; i < CornersOfDot; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / CornersOfDot);
            circle[i] = new Vector2((float)((x + (radius * cosine)) * Density), (float)((y + (radius * sine)) * Density));
        }

        _shapes.Fill([circle], colour);
    }

    public void Text(double x, double y, string text, Rgb colour, double size, double anchor = 0)
    {
        double left = x - (anchor * PictureLetters.WidthOf(text, size));
        foreach (char sign in text)
        {
            Letter letter = PictureLetters.Font.Of(sign);
            float scale = (float)size * Density;
            Vector2 origin = new((float)left * Density, Pixel(y));
            Vector2 upward = new(scale, -scale);
            _shapes.Fill([.. letter.Outline.Select(line => Array.ConvertAll(line, point => origin + (point * upward)))], colour);
            left += letter.Advance * size;
        }
    }

    public void Image(double x, double y, double width, double height, Raster raster)
    {
        int left = Pixel(x);
        int top = Pixel(y);
        int right = Pixel(x + width);
        int bottom = Pixel(y + height);
        for (int row = top; row < bottom; row++)
        {
            for (int column = left; column < right; column++)
            {
                Raster[column, row] = raster[(int)(
                    (long)(column - left) * raster.Width / (right - left)), (int)((long)(row - top) * raster.Height / (bottom - top))];
            }
        }
    }

    public void Note(double x, double y, double width, double height, string text)
    {
        // Nobody can point at a pixel of a PNG.
    }

    // Straight lines along an axis are whole pixels, so that they are sharp.
    private void Stroke(Vector2 from, Vector2 to, Rgb colour, double width)
    {
        double half = width / 2;
        if (from.X == to.X || from.Y == to.Y)
        {
            int thickness = Math.Max(1, Pixel(width));
            int left = Pixel(Math.Min(from.X, to.X)) - (thickness / 2);
            int top = Pixel(Math.Min(from.Y, to.Y)) - (thickness / 2);
            Raster.Fill(
                left,
                top,
                Pixel(Math.Abs(to.X - from.X)) + thickness,
                Pixel(Math.Abs(to.Y - from.Y)) + thickness,
                colour);
            return;
        }

        Vector2 along = Vector2.Normalize(to - from) * (float)half;
        Vector2 across = new(-along.Y, along.X);
        _shapes.Fill([[(from - across) * Density, (to - across) * Density, (to + across) * Density, (from + across) * Density]], colour);
    }

    private int Pixel(double value) => (int)Math.Round(value * Density);
}
