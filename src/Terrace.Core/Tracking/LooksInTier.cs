namespace Terrace.Core.Tracking;

/// <summary>
/// What looks at samples of the hottest pages of a tier saw, after each of several times, as averages over the last samples: a program
/// that works by fits and starts is asleep in one and at work in the next.
/// </summary>
/// <remarks>
/// Of n pages with the same rate r, n (1 - exp(-r t)) have been accessed after a time t, so that every look gives the same r. Where rates
/// differ (Zipf's law), earlier looks give a higher mean, because the hottest pages are not counted more than once a look; that is
/// continued to the time within which none of the pages that they stand for would have been accessed, by Aitken's delta-squared
/// process over the logarithm of time.
/// </remarks>
public sealed class LooksInTier
{
    /// <summary>Fewer pages tell nothing.</summary>
    internal const int FewestPages = 64;

    /// <summary>What is left of earlier looks when another one is added.</summary>
    private const double Kept = 0.85;

    /// <summary>After as many samples in a row with too few pages of the tier what older ones said is forgotten.</summary>
    private const int MostMisses = 10;

    /// <summary>Looks that saw fewer pages accessed are no estimate.</summary>
    private const double FewestTouched = 24;

    /// <summary>Looks that saw a larger part of the pages accessed say little more than "all".</summary>
    private const double MostTouched = 0.95;

    /// <summary>Two looks differ when they do by that many standard errors.</summary>
    private const double Errors = 1.5;

    private readonly double[] _samples = new double[HotSample.MostLooks];
    private readonly double[] _seconds = new double[HotSample.MostLooks];
    private readonly double[] _pages = new double[HotSample.MostLooks];
    private readonly double[] _touched = new double[HotSample.MostLooks];
    private bool _isSampled;
    private int _misses;

    /// <summary>Mean accesses a second of such a page; null while too few have been looked at.</summary>
    public double? Rate { get; private set; }

    /// <summary>Adds what a sample's look, the first, second and so on, saw after some time.</summary>
    internal void Add(int look, double seconds, int pages, int touched)
    {
        if (pages < FewestPages)
        {
            return;
        }

        _isSampled = true;
        _samples[look] = (_samples[look] * Kept) + 1;
        _seconds[look] = (_seconds[look] * Kept) + seconds;
        _pages[look] = (_pages[look] * Kept) + pages;
        _touched[look] = (_touched[look] * Kept) + touched;
    }

    /// <summary>Works the rate out of all that has been added; each page stands for <paramref name="ofPages"/>.</summary>
    internal void Resolve(double ofPages)
    {
        if (!_isSampled)
        {
            Miss();
            return;
        }

        (_isSampled, _misses) = (false, 0);
        Span<double> seconds = stackalloc double[HotSample.MostLooks];
        Span<double> touched = stackalloc double[HotSample.MostLooks];
        int looks = 0;
        while (looks < HotSample.MostLooks && _samples[looks] > 0)
        {
            seconds[looks] = _seconds[looks] / _samples[looks];
            touched[looks] = _touched[looks] / _pages[looks] * _pages[0];
            looks++;
        }

        Rate = looks > 0 ? RateOf(seconds[..looks], touched[..looks], _pages[0], ofPages) : null;
    }

    /// <summary>A sample had too few pages of the tier, or there was none.</summary>
    internal void Miss()
    {
        if (++_misses >= MostMisses)
        {
            Clear();
        }
    }

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        (Rate, _isSampled, _misses) = (null, false, 0);
        Array.Clear(_samples);
        Array.Clear(_seconds);
        Array.Clear(_pages);
        Array.Clear(_touched);
    }

    /// <summary>
    /// The rate that looks after some times show of that many pages, of which each stands for <paramref name="ofPages"/>.
    /// </summary>
    internal static double RateOf(ReadOnlySpan<double> seconds, ReadOnlySpan<double> touched, double pages, double ofPages = 1)
    {
        int first = 0;
        while (first + 1 < touched.Length && touched[first] < FewestTouched)
        {
            first++;
        }

        double rate = Uniform(seconds[first], touched[first], pages);
        if (first + 1 == touched.Length || touched[first + 1] > MostTouched * pages || !IsLater(seconds, first + 1))
        {
            return rate;
        }

        double next = Uniform(seconds[first + 1], touched[first + 1], pages);
        double differ = rate - next;
        if (differ < Errors * rate / Math.Sqrt(Math.Max(1, touched[first])))
        {
            // All alike, as far as the samples tell: more accesses tell it better.
            double more = touched[first + 1];
            return ((rate * touched[first]) + (next * more)) / Math.Max(1, touched[first] + more);
        }

        double step = Math.Log(seconds[first + 1] / seconds[first]);
        double steps = Math.Log(Math.Max(1, touched[first] * ofPages)) / step;
        double before = first + 2 < touched.Length && touched[first + 2] <= MostTouched * pages && IsLater(seconds, first + 2)
            ? next - Uniform(seconds[first + 2], touched[first + 2], pages)
            : differ;
        double ratio = before > differ ? differ / before : 1;
        double continued = ratio > 0.999 ? steps : ratio * (1 - Math.Pow(ratio, steps)) / (1 - ratio);
        return rate + (differ * continued);
    }

    // Averages may be of different samples, as some had no later looks: where a busy host delayed the first, it came late.
    private static bool IsLater(ReadOnlySpan<double> seconds, int look) => seconds[look] > 1.5 * seconds[look - 1];

    // The rate of pages that all have the same; half a page more would still look like all.
    private static double Uniform(double seconds, double touched, double pages) =>
        -Math.Log(1 - Math.Min(touched / pages, 1 - (0.5 / pages))) / seconds;
}
