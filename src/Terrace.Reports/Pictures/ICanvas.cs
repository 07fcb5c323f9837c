namespace Terrace.Reports.Pictures;

/// <summary>What a picture is drawn on. Units are CSS pixels from the top left.</summary>
internal interface ICanvas
{
    /// <summary>Dots of an image in a unit, at which it is shown as it is.</summary>
    int Density { get; }

    /// <summary>A filled rectangle.</summary>
    void Fill(double x, double y, double width, double height, Rgb colour);

    /// <summary>A line of connected points; with a dash, that long and with gaps of the same length.</summary>
    void Line(IReadOnlyList<(double X, double Y)> points, Rgb colour, double width, double dash = 0);

    /// <summary>A round dot.</summary>
    void Dot(double x, double y, double radius, Rgb colour);

    /// <summary>A line of text whose baseline begins, is centred or ends (0, 0.5, 1) at a point.</summary>
    void Text(double x, double y, string text, Rgb colour, double size, double anchor = 0);

    /// <summary>A picture of cells, scaled without smoothing.</summary>
    void Image(double x, double y, double width, double height, Raster raster);

    /// <summary>What is said of a rectangle to whoever points at it, where that is possible.</summary>
    void Note(double x, double y, double width, double height, string text);
}
