namespace Terrace.Core.Tracking;

/// <summary>
/// Pages by how often they are accessed, in octaves: unlike heat, which depends on when a process is looked at, rates of several
/// processes can be compared. Pages whose rate lies between two octaves are counted in both in parts, so that a rate that is
/// measured a little differently the next time changes what is counted a little, and not by all pages that have it.
/// </summary>
public sealed class RateHistogram
{
    /// <summary>Octaves, from one access in 34 minutes to 2^20 a second.</summary>
    public const int Octaves = 32;

    private const int OctavesBelowOne = 11;

    private readonly long[] _pages = new long[Octaves];

    /// <summary>All pages.</summary>
    public long Pages { get; private set; }

    /// <summary>Those of them in which no access was seen in the last rounds.</summary>
    public long ColdPages { get; private set; }

    /// <summary>Pages of an octave or a higher one.</summary>
    public long PagesFrom(int octave)
    {
        long pages = 0;
        for (int i = octave; i < Octaves; i++)
        {
            pages += _pages[i];
        }

        return pages;
    }

    /// <summary>Counts pages that get so many accesses a second each.</summary>
    public void Count(long pages, double accessesPerSecond, bool areCold)
    {
        double level = accessesPerSecond > 0 ? Math.Clamp(Math.Log2(accessesPerSecond) + OctavesBelowOne, 0, Octaves - 1) : 0;
        int octave = (int)level;
        long above = (long)(pages * (level - octave));
        _pages[octave] += pages - above;
        if (above > 0)
        {
            _pages[octave + 1] += above;
        }

        Pages += pages;
        ColdPages += areCold ? pages : 0;
    }

    /// <summary>Adds another process's pages.</summary>
    public void Add(RateHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < Octaves; i++)
        {
            _pages[i] += other._pages[i];
        }

        Pages += other.Pages;
        ColdPages += other.ColdPages;
    }

    /// <summary>Sets every count to 0.</summary>
    public void Clear()
    {
        Array.Clear(_pages);
        (Pages, ColdPages) = (0, 0);
    }
}
