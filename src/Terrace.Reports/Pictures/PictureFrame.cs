namespace Terrace.Reports.Pictures;

/// <summary>Where the parts of a picture are, in units from the top left.</summary>
/// <param name="Width">Of all of it.</param>
/// <param name="Height">Of all of it.</param>
/// <param name="Top">Where the first plot's key begins, below the title.</param>
/// <param name="KeyLines">Lines of the first plot's key.</param>
/// <param name="Length">Time from the left edge of a plot to its right edge.</param>
internal sealed record PictureFrame(double Width, double Height, double Top, int KeyLines, TimeSpan Length)
{
    /// <summary>From one line of a key, or of facts, to the next.</summary>
    public const double LineHeight = 16;

    /// <summary>What the legend at the bottom, and the time axis above it, take.</summary>
    public const double LegendHeight = 132;

    private const double Caption = 32;

    /// <summary>Left edge of the plots; names and scales are to the left of it.</summary>
    public double Left { get; } = Width >= 900 ? 172 : 152;

    /// <summary>What is to the right of the plots.</summary>
    public double RightMargin { get; } = 78;

    public double Right => Width - RightMargin;

    public double PlotWidth => Right - Left;

    public double SharesTop => Top + (KeyLines * LineHeight) + 4;

    public double SharesHeight => Math.Clamp(Height * 0.14, 60, 160);

    public double MovesTop => SharesTop + SharesHeight + Caption;

    public double MovesHeight => Math.Clamp(Height * 0.06, 32, 64);

    public double CellsTop => MovesTop + MovesHeight + Caption;

    public double CellsHeight => Height - LegendHeight - CellsTop;

    public double CellsBottom => CellsTop + CellsHeight;

    /// <summary>Where an instant is from left to right.</summary>
    public double X(TimeSpan at) => Left + (PlotWidth * Math.Clamp(at / Length, 0, 1));
}
