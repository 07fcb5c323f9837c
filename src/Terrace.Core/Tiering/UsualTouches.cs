using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>How much of slow memory is in use while nothing changes, for looks between rounds to compare with.</summary>
internal sealed class UsualTouches
{
    /// <summary>
    /// This many times the usual number of accessed pages of slow memory, and this part of all pages (1 in N), mean that
    /// other pages are in use.
    /// </summary>
    private const double Unusual = 1.25;

    /// <summary>
    /// The same of a sample. More than of a look at all, because a process that only runs faster touches more in a short look
    /// too: by a quarter from one minute to the next on a shared host.
    /// </summary>
    private const double UnusualSample = 1.6;

    private const int UnusualPages = 200;

    /// <summary>For a sample, this many standard deviations above the usual are not noise.</summary>
    private const double Deviations = 3;

    /// <summary>A sample of which fewer than one page in N is accessed hardly shows what is new: it is watched for longer.</summary>
    private const int FewTouched = 400;

    /// <summary>One of which more than one in N is shows it among much that is not.</summary>
    private const int ManyTouched = 20;

    private const int ShortestPart = 8;

    private long _touched;
    private long _pages;
    private (double Touched, TimeSpan Covered)? _first;
    private double? _sampled;
    private TimeSpan _sampledTime;
    private long _resident;

    /// <summary>Time that a scan of the round covered, on average.</summary>
    public TimeSpan Interval { get; set; }

    /// <summary>
    /// A look at a sample covers this part (1 in N) of a scan's interval: in a short one pages that have become hot stand out from those
    /// that are accessed now and then, and in a long one they are seen at all.
    /// </summary>
    public int SamplePart { get; private set; } = ShortestPart;

    /// <summary>Begins a round.</summary>
    public void Clear()
    {
        _touched = _pages = 0;
        _first = null;
        HasRisen = false;
        _sampled = null;
        Interval = TimeSpan.Zero;
    }

    /// <summary>
    /// True when the round's last scan saw clearly more of slow memory accessed than its first: other pages came into use while
    /// it went on. What is seen after such a round is not usual.
    /// </summary>
    public bool HasRisen { get; private set; }

    /// <summary>Takes in a scan of the round, which covered a time.</summary>
    public void Add(TouchCounter scan, TimeSpan covered)
    {
        if (_first is { } first)
        {
            double stretched = first.Covered > TimeSpan.Zero ? Math.Max(1, covered / first.Covered) : 1;
            HasRisen = scan.SlowTouched > (first.Touched * UnusualSample * stretched) + Margin(scan.FastPages + scan.SlowPages);
        }

        _first ??= (scan.SlowTouched, covered);
        _touched += scan.SlowTouched;
        _pages += scan.SlowPages;
    }

    /// <summary>
    /// True when a look at all pages, which covered a time, saw clearly more of slow memory accessed than a scan of the round
    /// did.
    /// </summary>
    public bool IsExceededBy(TouchCounter look, TimeSpan covered)
    {
        double fraction = _pages > 0 ? (double)_touched / _pages : 0;
        double stretched = Interval > TimeSpan.Zero ? Math.Max(1, covered / Interval) : 1;
        return look.SlowTouched > (look.SlowPages * fraction * Unusual * stretched) + Margin(look.FastPages + look.SlowPages);
    }

    /// <summary>
    /// True when a look at a sample saw clearly more of it accessed than those before it in this rest, or the process has grown
    /// or shrunk since the first of them. That one is taken right after the
    /// round, and what it sees is usual.
    /// </summary>
    public bool IsExceededBy(PageSample look, TimeSpan covered, long residentPages)
    {
        double fraction = (double)look.Touched / look.Seen;
        SamplePart = fraction < 1.0 / FewTouched ? Math.Max(1, SamplePart / 2)
            : fraction > 1.0 / ManyTouched ? Math.Min(ShortestPart, SamplePart * 2)
            : SamplePart;
        if (_sampled is not { } usual)
        {
            (_sampled, _sampledTime, _resident) = (fraction, covered, residentPages);
            return false;
        }

        // A look that came late saw more for that.
        double stretched = Math.Max(1, covered / _sampledTime);
        double expected = look.Seen * usual * stretched;
        bool exceeded = look.Touched > (expected * UnusualSample) + (Deviations * Math.Sqrt(expected)) + Margin(look.Seen) + 1;
        _sampled = (0.75 * usual) + (0.25 * fraction);
        _sampledTime = (0.75 * _sampledTime) + (0.25 * covered);
        return exceeded || Math.Abs(residentPages - _resident) > Margin(_resident);
    }

    /// <summary>Pages by which a number may differ from what it was without meaning anything.</summary>
    public static double Margin(long pages) => (double)pages / UnusualPages;
}
