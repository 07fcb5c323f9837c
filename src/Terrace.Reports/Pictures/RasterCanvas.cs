namespace Terrace.Reports.Pictures;

/// <summary>Draws pixels, two for each unit.</summary>
internal sealed class RasterCanvas(int width, int height) : ICanvas
{
    private const int Scale = 2;

    /// <summary>What has been drawn.</summary>
    public Raster Raster { get; } = new(width * Scale, height * Scale);

    public void Fill(double x, double y, double width, double height, Rgb colour)
    {
        int left = Pixel(x);
        int top = Pixel(y);
        Raster.Fill(left, top, Math.Max(1, Pixel(x + width) - left), Math.Max(1, Pixel(y + height) - top), colour);
    }

    public void Line(IReadOnlyList<(double X, double Y)> points, Rgb colour, double width)
    {
        int thickness = Math.Max(1, Pixel(width));
        for (int i = 1; i < points.Count; i++)
        {
            (double x, double y) = points[i - 1];
            double dx = points[i].X - x;
            double dy = points[i].Y - y;
            int steps = Math.Max(1, (int)Math.Ceiling(Math.Max(Math.Abs(dx), Math.Abs(dy)) * Scale));
            for (int step = 0; step <= steps; step++)
            {
                double part = (double)step / steps;
                Raster.Fill(
                    Pixel(x + (dx * part)) - (thickness / 2), Pixel(y + (dy * part)) - (thickness / 2), thickness, thickness, colour);
            }
        }
    }

    public void Text(double x, double y, string text, Rgb colour, double size, double anchor = 0)
    {
        int dot = Math.Max(1, (int)Math.Round(size * Scale / 11));
        int left = Pixel(x) - (int)(text.Length * PixelFont.Advance * dot * anchor);
        int top = Pixel(y) - (PixelFont.Height * dot);
        foreach (char letter in text)
        {
            ReadOnlySpan<byte> rows = PixelFont.RowsOf(letter);
            for (int row = 0; row < rows.Length; row++)
            {
                for (int column = 0; column < PixelFont.Width; column++)
                {
                    if ((rows[row] & (1 << (PixelFont.Width - 1 - column))) != 0)
                    {
                        Raster.Fill(left + (column * dot), top + (row * dot), dot, dot, colour);
                    }
                }
            }

            left += PixelFont.Advance * dot;
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

    private static int Pixel(double value) => (int)Math.Round(value * Scale);
}
