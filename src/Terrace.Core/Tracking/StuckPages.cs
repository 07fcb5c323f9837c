using System.Numerics;
using System.Runtime.CompilerServices;
using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// Remembers the pages of one address space that cannot be moved: pinned by a device, by RDMA or io_uring, or shared with a process
/// whose pages the kernel does not let us move. Each try unmaps such a page and flushes TLBs for nothing.
/// </summary>
/// <remarks>
/// A page that failed once is tried again in the next round: it may have been under I/O. One that failed again is stuck. The stuck
/// pages of a chunk rest for 2, 4, … up to <see cref="LongestRest"/> rounds; then a few of them may be chosen. If one moves, what held
/// them is gone: all of the chunk are free to move again, and all of the process when more of those that were tried moved than
/// not. Memory is only taken for chunks that have had a failure.
/// </remarks>
internal sealed class StuckPages
{
    /// <summary>Most rounds for which stuck pages rest between two tries.</summary>
    public const int LongestRest = 1 << MaxLevel;

    private const int MaxLevel = 4;

    /// <summary>Pages of a chunk that are tried after a rest: few, and some of them are in the wrong place.</summary>
    private const int TriedPages = 4;

    private readonly Dictionary<ulong, StuckChunk> _chunks = [];
    private readonly List<ulong> _free = [];
    private long _round;
    private long _triesThatMoved;
    private long _triesThatFailed;

    /// <summary>True when no page has failed: nothing need be asked.</summary>
    public bool IsEmpty => _chunks.Count == 0;

    /// <summary>Pages that are not to be moved this round.</summary>
    public long Pages { get; private set; }

    /// <summary>Memory that it holds, about, bytes.</summary>
    public long Bytes => _chunks.Count * (long)(StuckChunk.Bytes + sizeof(ulong) + Unsafe.SizeOf<nint>() + 16);

    /// <summary>The pages of a chunk that are not to be moved this round, as words of a plane; empty when there are none.</summary>
    public ReadOnlySpan<ulong> ExcludedOf(ulong chunk) =>
        _chunks.TryGetValue(chunk, out StuckChunk? known) && known.HasExcluded ? known.Excluded.AsWords() : [];

    /// <summary>Notes that moves of some of the 64 pages of a word failed. <paramref name="place"/>: where they were to go.</summary>
    public void NoteFailed(ulong chunk, int word, ulong pages, int place)
    {
        if (!_chunks.TryGetValue(chunk, out StuckChunk? known))
        {
            known = new StuckChunk();
            _chunks.Add(chunk, known);
        }

        known.Place = place;
        ref ulong failed = ref known.Failed.AsWords()[word];
        ulong again = failed & pages;
        failed |= pages;
        if (again == 0)
        {
            return;
        }

        _triesThatFailed += (known.Stuck.AsWords()[word] & again) != 0 ? 1 : 0;
        known.Stuck.AsWords()[word] |= again;
        if (known.RestsUntil <= _round)
        {
            known.Level = Math.Min(known.Level + 1, MaxLevel);
            known.RestsUntil = _round + (1L << known.Level);
        }
    }

    /// <summary>Notes that some of them have moved.</summary>
    public void NoteMoved(ulong chunk, int word, ulong pages)
    {
        if (!_chunks.TryGetValue(chunk, out StuckChunk? known))
        {
            return;
        }

        known.Failed.AsWords()[word] &= ~pages;
        if ((known.Stuck.AsWords()[word] & pages) != 0)
        {
            // One that fails is stuck again at once.
            _triesThatMoved++;
            known.Release();
        }
    }

    /// <summary>Begins the next round's decisions. For each chunk of the map <see cref="Look"/> follows, then <see cref="End"/>.</summary>
    public void Begin()
    {
        _round++;
        Pages = 0;
        bool all = _triesThatMoved > _triesThatFailed;
        (_triesThatMoved, _triesThatFailed) = (0, 0);
        foreach (StuckChunk known in _chunks.Values)
        {
            if (all)
            {
                known.Release();
            }

            known.Seen.Fill(0);
            known.HasExcluded = false;
            known.Excluded.Fill(0);
        }
    }

    /// <summary>
    /// Decides which pages of a chunk are not to be moved this round. Pages that are no longer mapped, or lie where they were to go
    /// whatever the call said (all pages of a large folio move together, and the call fails for all but the first), are forgotten.
    /// </summary>
    public void Look(in HeatChunk chunk)
    {
        if (!_chunks.TryGetValue(chunk.Number, out StuckChunk? known))
        {
            return;
        }

        Span<ulong> stuck = known.Stuck.AsWords();
        Span<ulong> excluded = known.Excluded.AsWords();
        bool tries = known.RestsUntil <= _round;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong present = chunk.Mask(word, AllPlaces);
            ulong elsewhere = present & ~chunk.Mask(word, 1 << known.Place);

            // Of several records of a chunk each has its own pages: what is not present here is another's, or none's.
            ulong held = stuck[word] & elsewhere;
            known.Seen.AsWords()[word] |= present;
            stuck[word] &= ~present | elsewhere;
            known.Failed.AsWords()[word] &= ~present | elsewhere;
            if (tries && (chunk.IsHuge || word == (int)(_round % BitPlane.Words)))
            {
                held = chunk.IsHuge ? 0 : WithoutSome(held);
            }

            excluded[word] |= held;
            known.HasExcluded |= held != 0;
            Pages += BitOperations.PopCount(held);
        }

        if (tries && chunk.HasFolios)
        {
            Pages -= ReleaseFolios(in chunk, stuck, excluded);
        }
    }

    /// <summary>A folio of which a page may be tried may be tried as a whole; returns how many more pages that makes.</summary>
    private static int ReleaseFolios(in HeatChunk chunk, ReadOnlySpan<ulong> stuck, Span<ulong> excluded)
    {
        Span<ulong> free = stackalloc ulong[BitPlane.Words];
        for (int word = 0; word < BitPlane.Words; word++)
        {
            free[word] = stuck[word] & ~excluded[word] & chunk.Mask(word, AllPlaces);
        }

        FolioRuns.Complete(chunk.Joined, free);
        int released = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            released += BitOperations.PopCount(excluded[word] & free[word]);
            excluded[word] &= ~free[word];
        }

        return released;
    }

    // Other ones in each round, so that pages that are held for ever do not hide those that are no longer.
    private ulong WithoutSome(ulong pages)
    {
        int turn = (int)(_round * TriedPages) & 63;
        ulong turned = BitOperations.RotateRight(pages, turn);
        for (int i = 0; i < TriedPages; i++)
        {
            turned &= turned - 1;
        }

        return BitOperations.RotateLeft(turned, turn);
    }

    /// <summary>Forgets pages that are no longer mapped, and chunks of which nothing is left to remember.</summary>
    public void End()
    {
        foreach ((ulong chunk, StuckChunk known) in _chunks)
        {
            if (!known.KeepSeen())
            {
                _free.Add(chunk);
            }
        }

        foreach (ulong chunk in _free)
        {
            _chunks.Remove(chunk);
        }

        _free.Clear();
    }

    /// <summary>Forgets all: the process has a new address space.</summary>
    public void Clear()
    {
        _chunks.Clear();
        Pages = 0;
    }

    private const int AllPlaces = (1 << PlaceMap.MaxPlaces) - 1;

    private sealed class StuckChunk
    {
        public const int Bytes = (4 * 64) + 40;

        /// <summary>Pages whose last move failed.</summary>
        public BitPlane Failed;

        /// <summary>Those that have failed more than once.</summary>
        public BitPlane Stuck;

        /// <summary>Those that are not to be moved this round.</summary>
        public BitPlane Excluded;

        /// <summary>Those that are mapped.</summary>
        public BitPlane Seen;

        public long RestsUntil;

        public int Level;

        public int Place;

        public bool HasExcluded;

        public void Release()
        {
            Stuck.Fill(0);
            Level = 0;
            RestsUntil = 0;
        }

        /// <summary>Forgets pages that are not mapped; false when nothing is left.</summary>
        public bool KeepSeen()
        {
            ulong left = 0;
            for (int word = 0; word < BitPlane.Words; word++)
            {
                Stuck.AsWords()[word] &= Seen.AsWords()[word];
                left |= Failed.AsWords()[word] &= Seen.AsWords()[word];
            }

            return left != 0;
        }
    }
}
