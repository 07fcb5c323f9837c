namespace Terrace.Core.Placement;

/// <summary>
/// Which pages to take by heat: all those beyond a bound (hotter for promotion, colder for demotion) and some of those at it.
/// </summary>
/// <param name="Bound">The heat at which only some pages are taken.</param>
/// <param name="Beyond">Pages beyond the bound, all taken.</param>
/// <param name="AtBound">Pages taken at the bound.</param>
public readonly record struct HeatCut(int Bound, long Beyond, long AtBound)
{
    /// <summary>Pages taken.</summary>
    public long Pages => Beyond + AtBound;

    /// <summary>As many pages as given at most, those at the bound left out first.</summary>
    internal HeatCut Truncate(long pages) =>
        this with { Beyond = Math.Clamp(pages, 0, Beyond), AtBound = Math.Clamp(pages - Beyond, 0, AtBound) };

    /// <summary>Takes the hottest pages first.</summary>
    internal static HeatCut Hottest(ReadOnlySpan<long> available, long pages)
    {
        long beyond = 0;
        for (int heat = available.Length - 1; heat >= 0; heat--)
        {
            if (beyond + available[heat] >= pages)
            {
                return new(heat, beyond, pages - beyond);
            }

            beyond += available[heat];
        }

        return new(0, beyond - available[0], available[0]);
    }

    /// <summary>Takes the coldest pages first.</summary>
    internal static HeatCut Coldest(ReadOnlySpan<long> available, long pages)
    {
        long beyond = 0;
        for (int heat = 0; heat < available.Length; heat++)
        {
            if (beyond + available[heat] >= pages)
            {
                return new(heat, beyond, pages - beyond);
            }

            beyond += available[heat];
        }

        return new(available.Length - 1, beyond - available[^1], available[^1]);
    }
}
