using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears a process's accessed bits in pieces with process_madvise(MADV_COLD), which holds the mmap lock for reading and lets it go
/// after each: neither page faults nor mmap calls wait for longer than a piece takes. It flushes the translations of what it clears
/// (madvise_cold_or_pageout_pte_range, mm/madvise.c).
/// </summary>
/// <remarks>
/// To the kernel's reclaim what it clears looks like memory that is not needed until it is accessed again. Pages that several
/// processes have, locked ones, and what guests of KVM access it does not clear: <see cref="HadNoEffect"/>. Pieces end at chunks, so
/// that no folio is split; it is for memory of no file, as of files a part of a folio may be mapped. Each clear begins somewhere else
/// and comes round to there: until the next read some pages are watched for longer than others, but others each time.
/// </remarks>
internal sealed class ColdPieces(
    PidFd pidFd, ProcessCalls calls, ColdPieces.RangeSource ranges, IAccessTracker tracker, AccessedSample sample)
{
    private const int MostVectors = 64;
    private const ulong MostBytes = 256UL << 20;

    /// <summary>Fewer pages that were accessed and have been cleared tell nothing.</summary>
    private const int FewestSampled = 16;

    /// <summary>
    /// One part in N of them may be accessed still: within the milliseconds after its piece only what is very hot is accessed again.
    /// </summary>
    private const int MostStill = 4;

    /// <summary>One part in N of what there is may be refused.</summary>
    private const int MostRefused = 32;

    /// <summary>Time for a thread to be woken.</summary>
    private static readonly TimeSpan s_wake = TimeSpan.FromMicroseconds(100);

    private readonly IoVector[] _vectors = new IoVector[MostVectors];
    private readonly ChosenRanges _choice = new();
    private PageSight[] _sights = [];
    private ulong _pieceBytes = Chunk.Bytes;
    private ulong _at;
    private ulong _refused;
    private ulong _mostRefused;
    private ulong _from;
    private bool _isRound;
    private int _looked;
    private int _still;

    /// <summary>What is to be cleared, ascending and apart.</summary>
    internal delegate ReadOnlySpan<AddressRange> RangeSource();

    /// <summary>A clear has begun and has not ended.</summary>
    public bool IsGoing { get; private set; }

    /// <summary>What the clear has taken so far.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Its longest piece.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Bytes of addresses that it has done, holes in mappings included.</summary>
    public ulong Done { get; private set; }

    /// <summary>Bytes of addresses that there are.</summary>
    public ulong All { get; private set; }

    /// <summary>Most of what was looked at was accessed still after it had been cleared, or more than a little was refused.</summary>
    public bool HadNoEffect { get; private set; }

    /// <summary>Only chosen chunks are cleared.</summary>
    public bool IsChosen { get; private set; }

    private ReadOnlySpan<AddressRange> Ranges => IsChosen ? _choice.Ranges : ranges();

    /// <summary>Begins one.</summary>
    /// <param name="residentPages">Pages that the process has in memory: what is refused is compared with them.</param>
    /// <param name="chosen">Chunks that are to be cleared; null for all.</param>
    public void Begin(long residentPages, IChunkChoice? chosen = null)
    {
        (IsGoing, HadNoEffect, IsChosen) = (true, false, chosen is not null);
        if (chosen is not null)
        {
            _choice.Choose(ranges(), chosen, wholeOnly: false);
        }

        (Took, Longest, Done, All, _refused) = (TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0);
        foreach (AddressRange range in Ranges)
        {
            All += range.End - range.Start;
        }

        (_from, _isRound) = (AddressAt((ulong)(Random.Shared.NextDouble() * All)), false);
        _at = _from;

        ulong whole = 0;
        foreach (AddressRange range in ranges())
        {
            whole += range.End - range.Start;
        }

        // Of all that there is: of a few chosen chunks one that is locked would be too much.
        _mostRefused = Math.Min(whole, (ulong)residentPages << Chunk.PageShift) / MostRefused;
        (_looked, _still) = (0, 0);
    }

    /// <summary>Ends it before it is done.</summary>
    public void BreakOff() => IsGoing = false;

    /// <summary>Clears for some time.</summary>
    /// <param name="part">How long; null: until it is done.</param>
    /// <param name="aim">How long a piece is to take.</param>
    /// <returns>0 when all of it is done, EINPROGRESS when there is more, or the error number of the call.</returns>
    public int Continue(TimeSpan? part, TimeSpan aim)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            int count = Collect();
            if (count == 0 && _isRound)
            {
                break;
            }

            if (count == 0)
            {
                (_isRound, _at) = (true, 0);
                continue;
            }

            int error = Advise(count, aim);
            HadNoEffect |= _refused > _mostRefused;
            if (error != 0 || HadNoEffect)
            {
                IsGoing = false;
                return error;
            }

            LetOthersIn();
            if (part is { } most && Stopwatch.GetElapsedTime(begun) >= most)
            {
                return Errno.EINPROGRESS;
            }
        }

        IsGoing = false;
        HadNoEffect |= _looked >= FewestSampled && _still > _looked / MostStill;
        return 0;
    }

    private unsafe int Advise(int count, TimeSpan aim)
    {
        long begun = Stopwatch.GetTimestamp();
        nint advised = calls.Advise(pidFd, _vectors.AsSpan(0, count), MemoryAdvice.MADV_COLD);
        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        ulong piece = _pieceBytes;
        Took += took;
        Longest = took > Longest ? took : Longest;
        _pieceBytes = took > aim ? Math.Max(Chunk.Bytes, _pieceBytes / 2)
            : took < aim / 4 ? Math.Min(MostBytes, _pieceBytes * 2)
            : _pieceBytes;
        if (advised is < 0 and not (-Errno.EINVAL or -Errno.ENOMEM))
        {
            return -(int)advised;
        }

        // ENOMEM: there is a hole, and all else was done. EINVAL: part of it is locked; what is before that was done.
        ulong first = _vectors[0].Length;
        if (advised == -Errno.EINVAL && piece > Chunk.Bytes)
        {
            _pieceBytes = Chunk.Bytes;
            return 0;
        }

        _refused += advised == -Errno.EINVAL ? first : 0;
        ulong done = advised < 0 ? first : (ulong)advised;
        Done += done;
        for (int i = 0; i < count && done > 0; done -= Math.Min(done, _vectors[i].Length), i++)
        {
            ulong start = (ulong)_vectors[i].Base;
            ulong end = start + _vectors[i].Length;
            _at = end;
            LookAt(start, end);
        }

        return 0;
    }

    // The lock is given back after each piece, but a thread that waits for it must be woken before it can take it. A next piece that begins
    // at once takes it first, again and again, until a tick or two have passed (rwsem_down_read_slowpath, kernel/locking/rwsem.c;
    // findings/short-calls-starve-munmap.sh).
    private static void LetOthersIn()
    {
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < s_wake)
        {
            Thread.SpinWait(32);
        }
    }

    /// <summary>The next piece, as vectors in ascending order; their number, 0 at the end of the addresses or where it began.</summary>
    private unsafe int Collect()
    {
        ReadOnlySpan<AddressRange> left = AddressRange.From(Ranges, _at);
        ulong until = _isRound ? _from : ulong.MaxValue;
        ulong bytes = _pieceBytes;
        int count = 0;
        for (int i = 0; i < left.Length && count < MostVectors; i++)
        {
            ulong start = Math.Max(left[i].Start, _at);
            ulong end = Math.Min(left[i].End, until);
            if (start >= end)
            {
                break;
            }

            bool isLast = end - start >= bytes;
            if (isLast)
            {
                // At the end of a chunk, and one chunk at least.
                ulong to = (start + bytes) & ~((ulong)Chunk.Bytes - 1);
                end = Math.Min(end, to > start ? to : (start + Chunk.Bytes) & ~((ulong)Chunk.Bytes - 1));
            }

            _vectors[count++] = new IoVector { Base = (void*)start, Length = (nuint)(end - start) };
            if (isLast)
            {
                break;
            }

            bytes -= end - start;
        }

        return count;
    }

    /// <summary>The start of the chunk at some byte of all ranges, or of its range.</summary>
    private ulong AddressAt(ulong offset)
    {
        foreach (AddressRange range in Ranges)
        {
            ulong length = range.End - range.Start;
            if (offset < length)
            {
                return Math.Max(range.Start, (range.Start + offset) & ~((ulong)Chunk.Bytes - 1));
            }

            offset -= length;
        }

        return 0;
    }

    private void LookAt(ulong start, ulong end)
    {
        ReadOnlySpan<ulong> pages = sample.Pages;
        int from = FirstFrom(pages, start);
        int to = FirstFrom(pages, end);
        if (_sights.Length < pages.Length)
        {
            _sights = new PageSight[pages.Length];
        }

        Span<PageSight> sights = _sights.AsSpan(0, to - from);
        if (to > from && tracker.ReadSomeOfAny(pages[from..to], sights))
        {
            _looked += sights.Length;
            _still += sights.Count(PageSight.Accessed);
        }
    }

    private static int FirstFrom(ReadOnlySpan<ulong> pages, ulong address)
    {
        int index = pages.BinarySearch(address);
        return index < 0 ? ~index : index;
    }
}
