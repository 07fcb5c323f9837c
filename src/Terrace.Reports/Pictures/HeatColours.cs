namespace Terrace.Reports.Pictures;

/// <summary>
/// Colours of cells: brightness is heat, hue is the tier that holds it: orange in fast memory, blue in slower memory. People
/// with any common form of colour blindness can distinguish the pair.
/// </summary>
internal static class HeatColours
{
    private static readonly Rgb[] s_fast = [new(43, 24, 14), new(140, 50, 12), new(226, 104, 18), new(255, 182, 56), new(255, 246, 200)];
    private static readonly Rgb[] s_slow = [new(15, 22, 42), new(18, 60, 120), new(28, 116, 196), new(92, 186, 240), new(222, 246, 255)];

    /// <summary>Addresses without pages.</summary>
    public static Rgb Unmapped { get; } = new(235, 235, 232);

    /// <summary>Heat 0 to 1 in fast memory.</summary>
    public static Rgb Fast(double heat) => Along(s_fast, heat);

    /// <summary>Heat 0 to 1 in slower memory.</summary>
    public static Rgb Slow(double heat) => Along(s_slow, heat);

    /// <summary>
    /// The colour of one point of a cell when <paramref name="hottest"/> is the heat that is brightest. A cell whose pages are in
    /// several tiers is
    /// dithered: as many of its points are orange as of its pages are in fast memory, and each hue is as bright as the pages it stands for
    /// are hot. So a scattered hot set looks scattered, and no colour is shown that the legend does not have.
    /// </summary>
    public static Rgb Of(in HeatCell cell, double hottest, int x, int y)
    {
        if (cell.MappedPages == 0)
        {
            return Unmapped;
        }

        bool fast = cell.FastShare > Threshold(x, y);
        // The root keeps mild heat visible next to a hot spot.
        double heat = Math.Sqrt(Math.Clamp((fast ? MeanFast(cell) : MeanSlow(cell)) / Math.Max(hottest, 1), 0, 1));
        return fast ? Fast(heat) : Slow(heat);
    }

    /// <summary>The heat that only one cell in a hundred exceeds: a lone hot spot must not leave all else dark.</summary>
    public static double HottestOf(HeatRecorder recorder)
    {
        List<double> heats = [];
        for (int row = 0; row < recorder.Rows.Count; row++)
        {
            for (int column = 0; column < recorder.Columns; column++)
            {
                HeatCell cell = recorder.CellAt(row, column);
                if (cell.MappedPages > 0)
                {
                    heats.Add(Math.Max(MeanFast(cell), MeanSlow(cell)));
                }
            }
        }

        heats.Sort();
        return heats.Count == 0 ? 1 : Math.Max(1, heats[(int)((heats.Count - 1) * 0.99)]);
    }

    // Both shares are kept in 255ths; a tier with hardly a page in the cell says nothing reliable.
    private static double MeanFast(in HeatCell cell) => cell.FastShare < 3 ? cell.FastHeat : cell.FastHeat * 255.0 / cell.FastShare;

    private static double MeanSlow(in HeatCell cell) =>
        cell.FastShare > 252 ? cell.SlowHeat : cell.SlowHeat * 255.0 / (255 - cell.FastShare);

    // Dithering by the R2 sequence (Martin Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences"): even, without a grid.
    private static double Threshold(int x, int y)
    {
        double at = (x * 0.7548776662466927) + (y * 0.5698402909980532);
        return (at - Math.Floor(at)) * 255;
    }

    private static Rgb Along(Rgb[] ramp, double at)
    {
        double position = Math.Clamp(at, 0, 1) * (ramp.Length - 1);
        int step = Math.Min((int)position, ramp.Length - 2);
        return Rgb.Mix(ramp[step], ramp[step + 1], position - step);
    }
}
