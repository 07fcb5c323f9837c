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
/// processes or mappings have, locked ones, and what guests of KVM access it does not clear: <see cref="HadNoEffect"/>. Pieces
/// end at chunks, so that no folio is split. One clear goes up, the next one down: over two of them every page was watched for as long.
/// </remarks>
internal sealed class ColdPieces(PidFd pidFd, ProcessCalls calls, ColdPieces.RangeSource ranges, IAccessTracker tracker)
{
    private const int MostVectors = 64;
    private const ulong MostBytes = 256UL << 20;

    /// <summary>Pages, spread evenly over all, of which those that were accessed are looked at again when they have been cleared.</summary>
    private const int Sampled = 256;

    /// <summary>Fewer accessed ones tell nothing.</summary>
    private const int FewestSampled = 16;

    /// <summary>
    /// One part in N of them may be accessed still: within the milliseconds after its piece only what is very hot is accessed again.
    /// </summary>
    private const int MostStill = 4;

    /// <summary>One part in N of what there is may be refused.</summary>
    private const int MostRefused = 32;

    private readonly IoVector[] _vectors = new IoVector[MostVectors];
    private readonly ulong[] _sample = new ulong[Sampled];
    private readonly PageSight[] _sights = new PageSight[Sampled];
    private ulong _pieceBytes = Chunk.Bytes;
    private ulong _at;
    private ulong _refused;
    private bool _goesDown;
    private int _sampled;
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

    /// <summary>Begins one.</summary>
    public void Begin()
    {
        (IsGoing, HadNoEffect) = (true, false);
        (Took, Longest, Done, All, _refused) = (TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0);
        _goesDown = !_goesDown;
        _at = _goesDown ? ulong.MaxValue : 0;
        foreach (AddressRange range in ranges())
        {
            All += range.End - range.Start;
        }

        Sample();
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
        while (Collect() is var count && count > 0)
        {
            int error = Advise(count, aim);
            HadNoEffect |= _refused > All / MostRefused;
            if (error != 0 || HadNoEffect)
            {
                IsGoing = false;
                return error;
            }

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
            _at = _goesDown ? start : end;
            LookAt(start, end);
        }

        return 0;
    }

    /// <summary>The next piece, as vectors in the order in which it goes; their number.</summary>
    private unsafe int Collect()
    {
        ReadOnlySpan<AddressRange> all = ranges();
        ulong left = _pieceBytes;
        int count = 0;
        int index = _goesDown ? Below(all, _at) : all.Length - AddressRange.From(all, _at).Length;
        for (; index >= 0 && index < all.Length && count < MostVectors && left > 0; index += _goesDown ? -1 : 1)
        {
            (ulong start, ulong end) = (all[index].Start, all[index].End);
            if (_goesDown)
            {
                end = Math.Min(end, _at);
                ulong from = end - start <= left ? start : (end - left) & ~((ulong)Chunk.Bytes - 1);
                start = Math.Max(start, from);
            }
            else
            {
                start = Math.Max(start, _at);
                ulong to = end - start <= left ? end : (start + left) & ~((ulong)Chunk.Bytes - 1);
                end = to > start ? to : Math.Min(end, (start + Chunk.Bytes) & ~((ulong)Chunk.Bytes - 1));
            }

            _vectors[count++] = new IoVector { Base = (void*)start, Length = (nuint)(end - start) };
            left -= Math.Min(left, end - start);
        }

        return count;
    }

    /// <summary>Index of the last range that begins below an address; -1 for none.</summary>
    private static int Below(ReadOnlySpan<AddressRange> all, ulong address)
    {
        int index = all.Length - AddressRange.From(all, address).Length;
        return index < all.Length && all[index].Start < address ? index : index - 1;
    }

    private void Sample()
    {
        (_sampled, _looked, _still) = (0, 0, 0);
        ReadOnlySpan<AddressRange> all = ranges();
        ulong step = Math.Max(Chunk.PageBytes, All / Sampled);
        ulong next = step / 2;
        ulong before = 0;
        for (int i = 0; i < all.Length && _sampled < Sampled; i++)
        {
            ulong length = all[i].End - all[i].Start;
            for (; next < before + length && _sampled < Sampled; next += step)
            {
                _sample[_sampled++] = (all[i].Start + (next - before)) & ~((ulong)Chunk.PageBytes - 1);
            }

            before += length;
        }

        int accessed = 0;
        bool seen = tracker.ReadSome(_sample.AsSpan(0, _sampled), _sights.AsSpan(0, _sampled));
        for (int i = 0; i < _sampled && seen; i++)
        {
            if (_sights[i] == PageSight.Accessed)
            {
                _sample[accessed++] = _sample[i];
            }
        }

        _sampled = accessed;
    }

    private void LookAt(ulong start, ulong end)
    {
        Span<ulong> sample = _sample.AsSpan(0, _sampled);
        int from = FirstFrom(sample, start);
        int to = FirstFrom(sample, end);
        Span<PageSight> sights = _sights.AsSpan(0, to - from);
        if (to > from && tracker.ReadSome(sample[from..to], sights))
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
