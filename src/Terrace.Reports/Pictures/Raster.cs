namespace Terrace.Reports.Pictures;

/// <summary>A picture of pixels, 3 bytes each, from the top left.</summary>
internal sealed class Raster(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Rows of red, green, blue.</summary>
    public byte[] Pixels { get; } = new byte[width * height * 3];

    /// <summary>A pixel; setting one outside does nothing.</summary>
    public Rgb this[int x, int y]
    {
        get
        {
            int at = ((y * Width) + x) * 3;
            return new Rgb(Pixels[at], Pixels[at + 1], Pixels[at + 2]);
        }

        set
        {
            if ((uint)x < (uint)Width && (uint)y < (uint)Height)
            {
                int at = ((y * Width) + x) * 3;
                Pixels[at] = value.R;
                Pixels[at + 1] = value.G;
                Pixels[at + 2] = value.B;
            }
        }
    }

    /// <summary>Fills a rectangle, clipped.</summary>
    public void Fill(int left, int top, int fillWidth, int fillHeight, Rgb colour)
    {
        for (int y = Math.Max(0, top); y < Math.Min(Height, top + fillHeight); y++)
        {
            for (int x = Math.Max(0, left); x < Math.Min(Width, left + fillWidth); x++)
            {
                this[x, y] = colour;
            }
        }
    }
}
