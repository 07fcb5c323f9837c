namespace Terrace.Reports.Pictures;

/// <summary>Round values along an axis.</summary>
internal static class AxisTicks
{
    private static readonly double[] s_seconds =
    [
        0.1,
        0.2,
        0.5,
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        21600,
        43200,
        86400,
    ];

    /// <summary>The step in seconds that gives at most <paramref name="most"/> ticks.</summary>
    public static double TimeStep(double seconds, int most)
    {
        foreach (double step in s_seconds)
        {
            if (seconds / step <= most)
            {
                return step;
            }
        }

        return Math.Ceiling(seconds / most / 86400) * 86400;
    }

    /// <summary>The power of two of bytes that gives at most <paramref name="most"/> ticks.</summary>
    public static long SizeStep(long bytes, int most)
    {
        long step = 4096;
        while (bytes / step > most)
        {
            step *= 2;
        }

        return step;
    }
}
