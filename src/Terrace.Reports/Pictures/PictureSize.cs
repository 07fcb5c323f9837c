using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>How large a picture is: pixels of a PNG, CSS pixels of an SVG.</summary>
internal readonly record struct PictureSize(int Width, int Height)
{
    private const int LeastWidth = 640;
    private const int LeastHeight = 480;
    private const int Most = 4096;

    /// <summary>From this width on a PNG is for screens of twice the pixels: lines and letters are twice as large.</summary>
    private const int DenseWidth = 1600;

    /// <summary>A PNG that nobody chose a size for: sharp on such screens too.</summary>
    public static PictureSize DefaultPng { get; } = new(2000, 1720);

    /// <summary>An SVG that nobody chose a size for.</summary>
    public static PictureSize DefaultSvg { get; } = new(1000, 860);

    /// <summary>Pixels of a PNG for each unit that is drawn.</summary>
    public int Density => Width >= DenseWidth && Height >= 2 * LeastHeight ? 2 : 1;

    /// <summary>Reads <c>1600x1200</c>.</summary>
    public static bool TryParse(string text, out PictureSize size, [NotNullWhen(false)] out Problem? problem)
    {
        string[] sides = text.Split('x', 'X');
        int width = 0;
        int height = 0;
        bool read = sides.Length == 2
            && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out width)
            && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out height);
        size = new PictureSize(width, height);
        problem = !read ? new Problem($"'{text}' is not a size", "write WIDTHxHEIGHT in pixels, for example 1600x1200")
            : width is < LeastWidth or > Most || height is < LeastHeight or > Most
                ? new Problem($"'{text}' is out of range", $"write {LeastWidth}x{LeastHeight} to {Most}x{Most}")
            : null;
        return problem is null;
    }
}
