using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>
/// Some hundred pages of those that every scan sees accessed, cleared and then looked at a few times within one interval: after 2 ms, and
/// each time after four times as long. How many have been accessed by then tells how often they are.
/// </summary>
/// <remarks>
/// Of n pages with the same rate r, n (1 - exp(-r t)) have been accessed after a time t, so that every look gives the same r. Where rates
/// differ (Zipf's law), earlier looks give a higher mean, because the hottest pages are not counted more than once a look; that is
/// continued to the time within which none of the pages that they stand for would have been accessed, by Aitken's delta-squared
/// process over the logarithm of time.
/// </remarks>
internal sealed class HotSample
{
    /// <summary>Looks at a sample, at most.</summary>
    public const int MostLooks = 4;

    /// <summary>How many times later than the one before each look comes.</summary>
    public const int Spacing = 4;

    /// <summary>Clearing costs a call to each CPU of the process for a page.</summary>
    private const int WantedPages = 512;

    /// <summary>Fewer pages of a tier tell nothing.</summary>
    private const int FewestPages = 64;

    /// <summary>A look that saw fewer accessed is no estimate.</summary>
    private const int FewestTouched = 24;

    /// <summary>A look that saw a larger part of the pages accessed says little more than "all".</summary>
    private const double MostTouched = 0.95;

    /// <summary>Two looks differ when they do by that many standard errors.</summary>
    private const double Errors = 1.5;

    private readonly ulong[] _pages = new ulong[WantedPages];
    private readonly bool[] _isFast = new bool[WantedPages];
    private readonly PageSight[] _sights = new PageSight[WantedPages];
    private readonly Look[] _looks = new Look[MostLooks];
    private int _count;
    private int _made;
    private double _ofPages;
    private ulong _turn;

    /// <summary>True when there are no more looks to be made.</summary>
    public bool IsComplete => _made == MostLooks;

    /// <summary>Chooses pages of a heat or more, other ones each time, and clears them; false when there are too few.</summary>
    /// <param name="clearer">Clears them.</param>
    /// <param name="heat">Says which are hot.</param>
    /// <param name="fromHeat">The least heat.</param>
    /// <param name="fastPlaces">Bit mask of the places of the top tier.</param>
    /// <param name="candidates">About how many there are.</param>
    public bool Clear(IAccessClearer clearer, HeatMap heat, int fromHeat, int fastPlaces, long candidates)
    {
        Choose(heat, fromHeat, candidates);
        (_made, _ofPages) = (0, Math.Max(1, candidates / (double)Math.Max(1, _count)));
        _count = _count >= FewestPages ? clearer.ClearSome(_pages.AsSpan(0, _count)) : 0;
        for (int i = 0; i < _count; i++)
        {
            _isFast[i] = heat.TryFind(_pages[i], out HeatChunk chunk) && (fastPlaces & (1 << chunk.PlaceOf(PageOf(_pages[i])))) != 0;
        }

        return _count >= FewestPages;
    }

    /// <summary>Looks which have been accessed within a time since they were cleared; false when nothing could be seen.</summary>
    public bool TryLook(IAccessTracker tracker, TimeSpan covered)
    {
        if (covered <= TimeSpan.Zero || !tracker.ReadSome(_pages.AsSpan(0, _count), _sights))
        {
            return false;
        }

        Look look = new() { Seconds = covered.TotalSeconds };
        for (int i = 0; i < _count; i++)
        {
            int there = _sights[i] == PageSight.Absent ? 0 : 1;
            int touched = _sights[i] == PageSight.Accessed ? 1 : 0;
            look.Fast += _isFast[i] ? there : 0;
            look.Slow += _isFast[i] ? 0 : there;
            look.FastTouched += _isFast[i] ? touched : 0;
            look.SlowTouched += _isFast[i] ? 0 : touched;
        }

        _looks[_made++] = look;
        return true;
    }

    /// <summary>Mean accesses a second of a page in a tier; null when there were too few.</summary>
    public double? RateIn(bool fastMemory)
    {
        Span<double> seconds = stackalloc double[MostLooks];
        Span<int> touched = stackalloc int[MostLooks];
        int pages = int.MaxValue;
        for (int i = 0; i < _made; i++)
        {
            seconds[i] = _looks[i].Seconds;
            touched[i] = fastMemory ? _looks[i].FastTouched : _looks[i].SlowTouched;
            pages = Math.Min(pages, fastMemory ? _looks[i].Fast : _looks[i].Slow);
        }

        return _made > 0 && pages >= FewestPages ? RateOf(seconds[.._made], touched[.._made], pages, _ofPages) : null;
    }

    /// <summary>The rate that looks after some times show of that many pages, of which each stands for <paramref name="ofPages"/>.</summary>
    internal static double RateOf(ReadOnlySpan<double> seconds, ReadOnlySpan<int> touched, int pages, double ofPages = 1)
    {
        int first = 0;
        while (first + 1 < touched.Length && touched[first] < FewestTouched)
        {
            first++;
        }

        double rate = Uniform(seconds[first], touched[first], pages);
        if (first + 1 == touched.Length || touched[first + 1] > MostTouched * pages)
        {
            return rate;
        }

        double next = Uniform(seconds[first + 1], touched[first + 1], pages);
        double differ = rate - next;
        if (differ < Errors * rate / Math.Sqrt(Math.Max(1, touched[first])))
        {
            // All alike, as far as the sample tells: more accesses tell it better.
            int more = touched[first + 1];
            return ((rate * touched[first]) + (next * more)) / (touched[first] + more);
        }

        double step = Math.Log(seconds[first + 1] / seconds[first]);
        double steps = Math.Log(Math.Max(1, touched[first] * ofPages)) / step;
        double before = first + 2 < touched.Length && touched[first + 2] <= MostTouched * pages
            ? next - Uniform(seconds[first + 2], touched[first + 2], pages)
            : differ;
        double ratio = before > differ ? differ / before : 1;
        double continued = ratio > 0.999 ? steps : ratio * (1 - Math.Pow(ratio, steps)) / (1 - ratio);
        return rate + (differ * continued);
    }

    // The rate of pages that all have the same; half a page more would still look like all.
    private static double Uniform(double seconds, int touched, int pages) =>
        -Math.Log(1 - Math.Min(touched / (double)pages, 1 - (0.5 / pages))) / seconds;

    private void Choose(HeatMap heat, int fromHeat, long candidates)
    {
        _count = 0;
        ulong stride = (ulong)Math.Max(1, candidates / WantedPages);
        ulong skip = _turn++ * 7 % stride;
        for (int i = 0; i < heat.Chunks && _count < WantedPages; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            if (chunk.IsHuge || chunk.HasFolios || chunk.Rests)
            {
                continue;
            }

            for (int word = 0; word < BitPlane.Words; word++)
            {
                for (ulong pages = chunk.HeatFrom(word, (1 << PlaceMap.MaxPlaces) - 1, fromHeat); pages != 0; pages &= pages - 1)
                {
                    if (skip-- == 0 && _count < WantedPages)
                    {
                        skip = stride - 1;
                        _pages[_count++] = Chunk.AddressOf(chunk.Number, (word * 64) + BitOperations.TrailingZeroCount(pages));
                    }
                }
            }
        }
    }

    private static int PageOf(ulong address) => (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);

    private struct Look
    {
        public double Seconds;
        public int Fast;
        public int Slow;
        public int FastTouched;
        public int SlowTouched;
    }
}
