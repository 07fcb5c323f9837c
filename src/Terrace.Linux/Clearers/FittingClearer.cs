using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears a process's accessed bits in the way that fits it, chosen before each clear: by <see cref="ClearRefs"/>, which is the
/// cheapest, while that is expected not to be noticed, else in <see cref="ColdPieces"/> where these work and do not take many times as
/// long. Sparing where the choice cannot matter: a small process is never asked more.
/// </summary>
internal sealed class FittingClearer(
    PidFd pidFd, ClearRefs all, ColdPieces pieces, ManagedMappings mappings, ClearHints hints, ClearCosts costs, IAccessTracker tracker)
    : IAccessClearer, IDisposable
{
    /// <summary>Pieces may take this many times as long as a clear of all at once, together.</summary>
    private const int MostTimes = 10;

    /// <summary>One part in N of the memory may be of kinds that several processes or mappings may have, which pieces leave out.</summary>
    private const int MostShared = 8;

    /// <summary>What they take is judged from this part (1 in N) of the addresses on, and from some time on.</summary>
    private const int JudgedFrom = 64;

    /// <summary>A stall that a program does not notice; pieces are to take half of it each.</summary>
    private static readonly TimeSpan s_unnoticed = TimeSpan.FromMilliseconds(5);

    /// <summary>After this time it is tried again whether pieces have an effect.</summary>
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_judgedFrom = TimeSpan.FromMilliseconds(25);

    /// <summary>What a clear of all at once weighs against those before.</summary>
    private const double Weight = 0.3;

    /// <summary>Of small processes it is the call that costs, not the pages.</summary>
    private const long LeastPages = 4096;

    /// <summary>At such intervals it is looked at what they take.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);

    /// <summary>Clears in a row without an effect: one may have been of pages that are accessed all the time.</summary>
    private const int MostStrikes = 2;

    /// <summary>A clear that nobody has continued for this time is begun anew.</summary>
    private static readonly TimeSpan s_stale = TimeSpan.FromSeconds(1);

    private TimeSpan _expected;
    private long _continuedAt;
    private long _pages;
    private int _strikes;
    private double? _nsPerPage;
    private long? _wereIneffective;

    /// <inheritdoc/>
    public string Name { get; private set; } = "clear-refs";

    /// <inheritdoc/>
    public TimeSpan MaxStall { get; set; } = TimeSpan.MaxValue;

    private TimeSpan Unnoticed => MaxStall < s_unnoticed ? MaxStall : s_unnoticed;

    /// <inheritdoc/>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        if (pieces.IsGoing && Stopwatch.GetElapsedTime(_continuedAt, start) > s_stale)
        {
            // Its round was broken off: what it has done was watched for longer than the rest would be.
            pieces.BreakOff();
        }

        _continuedAt = start;
        if (!pieces.IsGoing && !all.IsGoing)
        {
            (_pages, long shared) = ProcessMemory.PagesOf(pidFd);
            TimeSpan unnoticed = Unnoticed;
            _expected = TimeSpan.FromMicroseconds(_pages * (_nsPerPage ?? costs.NsPerPage) / 1000);
            if (_expected > unnoticed && mappings.Ranges.IsEmpty && !mappings.LeavesAllAlone)
            {
                // What there is to clear the first read tells.
                if (!tracker.Prepare())
                {
                    return new ScanOutcome(ScanStatus.Unfinished, Stopwatch.GetElapsedTime(start));
                }

                tracker.Read(DiscardingSink.Instance);
            }

            if (_expected > unnoticed && shared <= _pages / MostShared && MayUsePieces())
            {
                Name = "madvise-cold";
                pieces.Begin();
            }
        }

        return pieces.IsGoing ? ClearPieces(start) : ClearAll();
    }

    /// <inheritdoc/>
    public int ClearSome(Span<ulong> pages) => all.ClearSome(pages);

    /// <inheritdoc/>
    public void Dispose() => all.Dispose();

    private ScanOutcome ClearPieces(long start)
    {
        int error;
        do
        {
            error = pieces.Continue(mappings.Part ?? s_slice, Unnoticed / 2);
        }
        while (error == Errno.EINPROGRESS && mappings.Part is null && !AreDear());

        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        if (!pidFd.IsAlive)
        {
            pieces.BreakOff();
            return new ScanOutcome(ScanStatus.ProcessGone, duration, LongestPiece: pieces.Longest);
        }

        if (error == Errno.EINPROGRESS && !AreDear())
        {
            return new ScanOutcome(ScanStatus.Unfinished, duration, LongestPiece: pieces.Longest);
        }

        if (error == 0 && !pieces.HadNoEffect)
        {
            _strikes = 0;
            return new ScanOutcome(ScanStatus.Complete, pieces.Took, LongestPiece: pieces.Longest);
        }

        // They do not work here (ESRCH: the main thread has ended), or take too long: what is done already does no harm.
        pieces.BreakOff();
        if (AreDear())
        {
            costs.NoteDear();
        }
        else if (error != 0 || ++_strikes >= MostStrikes)
        {
            _wereIneffective = Stopwatch.GetTimestamp();
        }

        return ClearAll();
    }

    private ScanOutcome ClearAll()
    {
        Name = all.Name;
        ScanOutcome outcome = all.Clear();
        if (outcome.Status == ScanStatus.Complete && _pages >= LeastPages)
        {
            double nsPerPage = (outcome.Duration - all.FlushDuration).TotalNanoseconds / _pages;
            _nsPerPage = _nsPerPage is { } before ? before + (Weight * (nsPerPage - before)) : nsPerPage;
        }

        return outcome;
    }

    private bool MayUsePieces()
    {
        if (_wereIneffective is { } at && Stopwatch.GetElapsedTime(at) >= s_tryAgain)
        {
            (_wereIneffective, _strikes) = (null, 0);
        }

        // Before Linux 6.10 a folio is split though a piece has all of it.
        return _wereIneffective is null
            && hints.Guests is null
            && !mappings.Ranges.IsEmpty
            && !costs.PiecesAreDear
            && (hints.Folios is null || KernelRelease.Current.IsAtLeast(6, 10));
    }

    // Without the longest one: it may have waited for a processor.
    private bool AreDear() =>
        pieces.Took > s_judgedFrom
            && pieces.Done >= pieces.All / JudgedFrom
            && (pieces.Took - pieces.Longest) * (pieces.All / (double)Math.Max(1, pieces.Done)) > _expected * MostTimes;
}
