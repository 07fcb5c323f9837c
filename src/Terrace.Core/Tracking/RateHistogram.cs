namespace Terrace.Core.Tracking;

/// <summary>
/// Pages by how often they are accessed, in steps of eight times as often: unlike heat, which depends on when a process is looked
/// at, rates of several processes can be compared, if only roughly: where accesses come in bursts, longer intervals show lower rates.
/// Pages whose rate lies between two steps are counted in both in parts, so that
/// a rate that is measured a little differently the next time changes what is counted a little, and not by all pages that have it.
/// </summary>
public sealed class RateHistogram
{
    /// <summary>Steps, from one access in nine hours to 2^30 a second.</summary>
    public const int Steps = 16;

    private const double OctavesInStep = 3;
    private const int StepsBelowOne = 5;

    private readonly double[] _pages = new double[Steps];

    /// <summary>All pages.</summary>
    public long Pages { get; private set; }

    /// <summary>Those of them in which no access was seen in the last rounds.</summary>
    public long ColdPages { get; private set; }

    /// <summary>Pages of a step or a higher one.</summary>
    public long PagesFrom(int step)
    {
        if (step <= 0)
        {
            return Pages;
        }

        double pages = 0;
        for (int i = step; i < Steps; i++)
        {
            pages += _pages[i];
        }

        return Math.Min(Pages, (long)Math.Round(pages));
    }

    /// <summary>Counts pages, each of which gets that number of accesses a second.</summary>
    public void Count(long pages, double accessesPerSecond, bool areCold)
    {
        double level = accessesPerSecond > 0
            ? Math.Clamp((Math.Log2(accessesPerSecond) / OctavesInStep) + StepsBelowOne, 0, Steps - 1)
            : 0;
        int step = (int)level;
        _pages[step] += pages * (1 - (level - step));
        if (level > step)
        {
            _pages[step + 1] += pages * (level - step);
        }

        Pages += pages;
        ColdPages += areCold ? pages : 0;
    }

    /// <summary>Adds another process's pages.</summary>
    public void Add(RateHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < Steps; i++)
        {
            _pages[i] += other._pages[i];
        }

        Pages += other.Pages;
        ColdPages += other.ColdPages;
    }

    /// <summary>
    /// Becomes an average of what it was and what has been counted now, of as many pages as there are now. Pages that are new are as
    /// they are counted now.
    /// </summary>
    /// <param name="now">What has been counted.</param>
    /// <param name="weight">What that weighs: 0 to 1.</param>
    public void Follow(RateHistogram now, double weight)
    {
        ArgumentNullException.ThrowIfNull(now);
        double kept = Pages > 0 ? (1 - weight) * Math.Min(1, now.Pages / (double)Pages) : 0;
        weight = now.Pages > 0 ? 1 - (kept * Pages / now.Pages) : 1;
        for (int i = 0; i < Steps; i++)
        {
            _pages[i] = (_pages[i] * kept) + (now._pages[i] * weight);
        }

        (Pages, ColdPages) = (now.Pages, now.ColdPages);
    }

    /// <summary>Sets every count to 0.</summary>
    public void Clear()
    {
        Array.Clear(_pages);
        (Pages, ColdPages) = (0, 0);
    }
}
