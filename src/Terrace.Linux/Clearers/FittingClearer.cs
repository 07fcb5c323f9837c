using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears a process's accessed bits in the way that fits it, chosen before each clear: by <see cref="ClearRefs"/>, which is the
/// cheapest for all of its memory, while that is expected to take no longer than <see cref="MaxStall"/>. Else, and of chosen chunks,
/// in <see cref="ColdPieces"/>, where these work and do not take many times as long, after what is of files or shared was cleared at
/// once, of which there must be little.
/// </summary>
internal sealed class FittingClearer(
    PidFd pidFd, ClearRefs all, ColdPieces pieces, ManagedMappings mappings, ClearHints hints, ClearCosts costs, IAccessTracker tracker)
    : IAccessClearer, IDisposable
{
    /// <summary>Pieces may take this many times as long as a clear of all at once, together.</summary>
    private const int MostTimes = 10;

    /// <summary>Clears in a row without an effect: one may have been of pages that are accessed all the time.</summary>
    private const int MostStrikes = 2;

    /// <summary>What a clear of all at once weighs against those before.</summary>
    private const double Weight = 0.3;

    /// <summary>Of small processes it is the call that costs, not the pages.</summary>
    private const long LeastPages = 4096;

    /// <summary>What a piece is to take, or less where less is allowed: programs do not notice that.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(2.5);

    /// <summary>After this time pieces are tried again where they did not work, or took too long.</summary>
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    /// <summary>From then on it is judged what they take.</summary>
    private static readonly TimeSpan s_judgedFrom = TimeSpan.FromMilliseconds(25);

    /// <summary>At such intervals it is looked at what they take.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);

    private TimeSpan _expected;
    private TimeSpan _mapped;
    private long _pages;
    private int _strikes;
    private double? _nsPerPage;
    private long? _doNotWork;
    private bool _mappedFirst;

    /// <inheritdoc/>
    public string Name { get; private set; } = "clear-refs";

    /// <inheritdoc/>
    public TimeSpan MaxStall { get; set; } = TimeSpan.MaxValue;

    /// <inheritdoc/>
    public ScanOutcome Clear() => Clear(null);

    /// <inheritdoc/>
    public ScanOutcome Clear(IChunkChoice? chunks)
    {
        long start = Stopwatch.GetTimestamp();
        if (pieces.IsGoing)
        {
            return ClearPieces(start);
        }

        if (!all.IsGoing)
        {
            _mappedFirst = false;
            (_pages, long shared) = ProcessMemory.PagesOf(pidFd);
            double nsPerPage = _nsPerPage ?? costs.NsPerPage;
            _expected = TimeSpan.FromMicroseconds(_pages * nsPerPage / 1000);
            bool wantsPieces = _expected > MaxStall || chunks is not null;
            if (wantsPieces && TimeSpan.FromMicroseconds(shared * nsPerPage / 1000) <= MaxStall && MayUsePieces())
            {
                // What there is to clear the mappings tell, as they are now.
                if (!tracker.Prepare())
                {
                    return new ScanOutcome(ScanStatus.Unfinished, Stopwatch.GetElapsedTime(start));
                }

                if (mappings.Ranges.IsEmpty)
                {
                    tracker.Read(DiscardingSink.Instance);
                }

                _mappedFirst = hints.Guests is null && !mappings.Own.IsEmpty;
            }
        }

        return _mappedFirst ? BeginPieces(start, chunks) : ClearAll();
    }

    /// <inheritdoc/>
    public int ClearSome(Span<ulong> pages) => all.ClearSome(pages);

    /// <inheritdoc/>
    public void BreakOff() => pieces.BreakOff();

    /// <inheritdoc/>
    public void Dispose() => all.Dispose();

    // Pieces flush what is left of translations afterwards.
    private ScanOutcome BeginPieces(long start, IChunkChoice? chunks)
    {
        ScanOutcome mapped = all.IsGoing ? all.Clear() : all.ClearMapped();
        if (mapped.Status != ScanStatus.Complete)
        {
            return mapped;
        }

        Name = "madvise-cold";
        _mapped = mapped.Duration;
        pieces.Begin(_pages, chunks);
        return ClearPieces(start);
    }

    private ScanOutcome ClearPieces(long start)
    {
        int error;
        do
        {
            error = pieces.Continue(mappings.Part ?? s_slice, MaxStall / 2 < s_piece ? MaxStall / 2 : s_piece);
        }
        while (error == Errno.EINPROGRESS && mappings.Part is null && !AreDear());

        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        TimeSpan longest = pieces.Longest > _mapped ? pieces.Longest : _mapped;
        if (!pidFd.IsAlive || error == Errno.ETIMEDOUT)
        {
            // Somebody else holds the lock for long: that says nothing of pieces.
            pieces.BreakOff();
            return pidFd.IsAlive
                ? new ScanOutcome(ScanStatus.Failed, duration, error, LongestPiece: longest)
                : new ScanOutcome(ScanStatus.ProcessGone, duration, LongestPiece: longest);
        }

        if (error == Errno.EINPROGRESS && !AreDear())
        {
            return new ScanOutcome(ScanStatus.Unfinished, duration, LongestPiece: longest);
        }

        if (error == 0 && !pieces.HadNoEffect)
        {
            _strikes = 0;
            return new ScanOutcome(ScanStatus.Complete, _mapped + pieces.Took, LongestPiece: longest, ChosenOnly: pieces.IsChosen);
        }

        // They do not work here (ESRCH: the main thread has ended), or take too long: what is done already does no harm.
        pieces.BreakOff();
        _doNotWork = error != 0 || ++_strikes >= MostStrikes ? Stopwatch.GetTimestamp() : null;
        return ClearAll();
    }

    private ScanOutcome ClearAll()
    {
        (Name, _mappedFirst) = (all.Name, false);
        ScanOutcome outcome = all.Clear();
        if (outcome.Status == ScanStatus.Complete && _pages >= LeastPages && !mappings.LeavesAllAlone)
        {
            double nsPerPage = (outcome.Duration - all.FlushDuration).TotalNanoseconds / _pages;
            _nsPerPage = _nsPerPage is { } before ? before + (Weight * (nsPerPage - before)) : nsPerPage;
        }

        return outcome;
    }

    private bool MayUsePieces()
    {
        if (_doNotWork is { } at && Stopwatch.GetElapsedTime(at) >= s_tryAgain)
        {
            (_doNotWork, _strikes) = (null, 0);
        }

        return _doNotWork is null && hints.Guests is null && Pieces.WorkOn(KernelRelease.Current);
    }

    // Without the longest one: it may have waited for a processor.
    private bool AreDear() => pieces.Took > s_judgedFrom && pieces.Took - pieces.Longest > _expected * MostTimes;
}
