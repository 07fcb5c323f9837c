namespace Terrace.Cli.Pictures;

/// <summary>
/// Colours of cells: brightness is heat, hue is the tier that holds it: orange in fast memory, blue in slower memory. The pair is told
/// apart with every common form of colour blindness.
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

    /// <summary>The colour of a cell when <paramref name="hottest"/> is the heat that is brightest.</summary>
    public static Rgb Of(in HeatCell cell, double hottest)
    {
        if (cell.MappedPages == 0)
        {
            return Unmapped;
        }

        // The root keeps mild heat visible beside a hot spot.
        double heat = Math.Sqrt(Math.Clamp(cell.Heat / Math.Max(hottest, 1), 0, 1));
        double pages = cell.FastShare / 255.0;
        double ofHeat = cell.Heat > 0 ? (double)cell.FastHeat / (cell.FastHeat + cell.SlowHeat) : pages;
        double fast = pages + ((ofHeat - pages) * Math.Min(1, heat * 2));
        return Rgb.Mix(Slow(heat), Fast(heat), fast);
    }

    /// <summary>The heat that only one cell in two hundred exceeds: a lone hot spot must not leave all else dark.</summary>
    public static double HottestOf(HeatRecorder recorder)
    {
        List<int> heats = [];
        for (int row = 0; row < recorder.Rows.Count; row++)
        {
            for (int column = 0; column < recorder.Columns; column++)
            {
                if (recorder.CellAt(row, column) is { MappedPages: > 0, Heat: > 0 and var heat })
                {
                    heats.Add(heat);
                }
            }
        }

        heats.Sort();
        return heats.Count == 0 ? 1 : heats[(int)((heats.Count - 1) * 0.995)];
    }

    private static Rgb Along(Rgb[] ramp, double at)
    {
        double position = Math.Clamp(at, 0, 1) * (ramp.Length - 1);
        int step = Math.Min((int)position, ramp.Length - 2);
        return Rgb.Mix(ramp[step], ramp[step + 1], position - step);
    }
}
