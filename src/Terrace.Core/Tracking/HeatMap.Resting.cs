using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>
/// Cold chunks rest: they are neither cleared nor looked at in every scan. That all their accessed bits were seen clear and nobody clears
/// them since makes this exact: whatever is accessed shows at the next look, however long ago it was. Then they rest no more, and what
/// was seen does not count as heat, as it is not of one scan's interval. Where only all chunks can be cleared at once, those that rest
/// are read in every scan like the others, and once more before the first clear of a round.
/// </content>
public sealed unsafe partial class HeatMap
{
    /// <summary>Smaller address spaces are looked at as a whole: 2 GiB of them cost little.</summary>
    private const int LeastChunks = 1024;

    // During a scan: the chunk that it asked about last, and resting chunks of the next index.
    private ulong _asked = ulong.MaxValue;
    private int _nextResting;
    private int _toWake;

    /// <summary>Which of the resting chunks are due for a look; null: none rest, and all are looked at in every scan.</summary>
    internal ColdLooks? Looks { get; set; }

    /// <summary>The last clear was of <see cref="Awake"/> only: the bits of chunks that rest are of longer than the interval.</summary>
    internal bool ClearedAwakeOnly { get; set; }

    /// <summary>Chunks that rest.</summary>
    public int RestingChunks { get; private set; }

    /// <summary>
    /// A clear of all chunks would lose what chunks that rest have been accessed for: they are not read in each scan as long as clears
    /// leave them out.
    /// </summary>
    internal bool MustLookBeforeClear(bool isFirst) => RestingChunks > 0 && (ClearedAwakeOnly ? Awake is null : isFirst);

    /// <summary>What is to be cleared: all chunks but those that rest. Null when it is not worth a choice.</summary>
    internal IChunkChoice? Awake => RestingChunks > _count / 2 ? _awake ??= new AwakeChunks(this) : null;

    private AwakeChunks? _awake;
    private DueChunks? _due;

    /// <inheritdoc/>
    public bool Wants(ulong chunk)
    {
        if (Looks is not { } looks || _count < LeastChunks)
        {
            return true;
        }

        _asked = chunk;
        ForgetUpTo(ChunkEntry.KeyOf(chunk, 0));
        bool isOne = _cursor < _count
            && _chunks[_cursor].Chunk == chunk
            && (_cursor + 1 == _count || _chunks[_cursor + 1].Chunk != chunk);
        if (!isOne || !_chunks[_cursor].Rests || !ClearedAwakeOnly || looks.IsDue(chunk))
        {
            return true;
        }

        Add(_chunks[_cursor++]);
        return false;
    }

    /// <summary>Pages in and outside the places of a bit mask of the chunk that was not wanted just now.</summary>
    internal (int Inside, int Outside) KeptPages(int places)
    {
        ChunkEntry entry = _next[_nextCount - 1];
        if (entry.IsAlike)
        {
            return (places & (1 << entry.Pages.Place)) != 0 ? (Chunk.Pages, 0) : (0, Chunk.Pages);
        }

        HeatChunk chunk = ChunkOf(entry);
        int all = 0;
        int inside = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            all += chunk.PagesIn(word, (1 << PlaceMap.MaxPlaces) - 1);
            inside += chunk.PagesIn(word, places);
        }

        return (inside, all - inside);
    }

    /// <summary>
    /// Looks between two rounds at the resting chunks that are due. Those that were accessed, or are no longer there, rest no more.
    /// Returns how many were accessed; null when the tracker could not see.
    /// </summary>
    internal int? LookAtDue(IAccessTracker tracker)
    {
        _due ??= new DueChunks(this);
        if (!_due.TryNext(0, out _, out _))
        {
            return 0;
        }

        _toWake = 0;
        _due.Woken = 0;
        if (!tracker.ReadChunks(_due, _due))
        {
            return null;
        }

        _due.WakeUnreported(ulong.MaxValue);
        return _due.Woken;
    }

    /// <summary>The same for all chunks that rest, due or not.</summary>
    internal int? LookAtResting(IAccessTracker tracker)
    {
        Looks!.MakeAllDue();
        return LookAtDue(tracker);
    }

    /// <summary>A scan's facts of a chunk that rested.</summary>
    private void RecordResting(ChunkEntry entry, in ChunkFacts facts, bool mayRest)
    {
        if (ClearedAwakeOnly && IsAccessed(in facts))
        {
            ChunkFacts uncounted = facts;
            uncounted.Accessed.Fill(0);
            AddKnown(entry, in uncounted, mayRest: false);
            return;
        }

        AddKnown(entry, in facts, mayRest);
    }

    private void AddKnown(ChunkEntry entry, in ChunkFacts facts, bool mayRest)
    {
        if (entry.IsAlike && AlikePages.TryTell(in facts, PlaceBits, out int place, out bool accessed))
        {
            AlikePages pages = entry.Pages.Scanned(place, accessed, _added);
            Add(new ChunkEntry(entry.Chunk, facts.Area, facts.IsHuge, pages).Resting(mayRest && !accessed && pages.AreCold));
            return;
        }

        AddRecord(entry.IsAlike ? Unfold(entry.Pages) : entry.Slot, isKnown: true, entry.Chunk, in facts, mayRest);
    }

    private static bool IsAccessed(in ChunkFacts facts)
    {
        ulong any = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            any |= facts.Accessed[word] & facts.Present[word];
        }

        return any != 0;
    }

    private static bool IsCold(ulong* record)
    {
        const int Planes = ChunkPlanes.CountBits + ChunkPlanes.HeatBits;
        return !new ReadOnlySpan<ulong>(record + (ChunkPlanes.Count * BitPlane.Words), Planes * BitPlane.Words).ContainsAnyExcept(0UL);
    }

    /// <summary>All chunks that do not rest, mapped or not: what is mapped new has accessed bits, too.</summary>
    private sealed class AwakeChunks(HeatMap map) : IChunkChoice
    {
        public bool TryNext(ulong from, out ulong first, out ulong end)
        {
            int index = map.FirstAtOrAfter(from);
            first = from;
            while (index < map._count && map._chunks[index].Chunk == first && map.AllRest(ref index))
            {
                first++;
            }

            end = ulong.MaxValue;
            while (index < map._count)
            {
                ulong chunk = map._chunks[index].Chunk;
                if (map.AllRest(ref index))
                {
                    end = chunk;
                    break;
                }
            }

            return first < end;
        }
    }

    /// <summary>Resting chunks that are due for a look; takes what is seen of them.</summary>
    private sealed class DueChunks(HeatMap map) : IChunkChoice, IScanSink
    {
        public int Woken { get; set; }

        public bool TryNext(ulong from, out ulong first, out ulong end)
        {
            first = end = 0;
            if (map.Looks is not { } looks)
            {
                return false;
            }

            int index = map.DueFrom(map.FirstAtOrAfter(from), looks);
            if (index == map._count)
            {
                return false;
            }

            first = end = map._chunks[index].Chunk;
            for (; index < map._count && map._chunks[index].Chunk == end && map._chunks[index].Rests && looks.IsDue(end); index++)
            {
                end++;
            }

            return true;
        }

        public void Record(ulong chunk, in ChunkFacts facts)
        {
            WakeUnreported(chunk);
            int index = map._toWake;
            if (index == map._count || map._chunks[index].Chunk != chunk)
            {
                return;
            }

            map._toWake++;
            bool accessed = IsAccessed(in facts);
            Woken += accessed ? 1 : 0;
            map.Refresh(index, in facts, accessed);
        }

        /// <summary>What was due and has not been reported up to a chunk has changed otherwise: the next scan tells.</summary>
        public void WakeUnreported(ulong until)
        {
            int index = map.DueFrom(map._toWake, map.Looks!);
            while (index < map._count && map._chunks[index].Chunk < until)
            {
                map.Wake(index);
                index = map.DueFrom(index + 1, map.Looks!);
            }

            map._toWake = index;
        }
    }

    /// <summary>Index of the first chunk from one on that rests and is due; the number of chunks when there is none.</summary>
    private int DueFrom(int index, ColdLooks looks)
    {
        while (index < _count)
        {
            ulong chunk = _chunks[index].Chunk;
            if (looks.IsDue(chunk))
            {
                if (_chunks[index].Rests)
                {
                    break;
                }

                index++;
                continue;
            }

            // Mostly chunks lie close together.
            ulong next = looks.NextDue(chunk);
            int likely = index + (int)Math.Min(next - chunk, (ulong)(_count - index));
            index = likely < _count && _chunks[likely].Chunk == next ? likely : FirstAtOrAfter(next);
        }

        return index;
    }

    /// <summary>Where pages of a resting chunk lie now, and which of them there are.</summary>
    private void Refresh(int index, in ChunkFacts facts, bool accessed)
    {
        ChunkEntry entry = _chunks[index];
        if (facts.IsHuge != entry.IsHuge)
        {
            // The next scan tells.
            Wake(index);
            return;
        }

        if (entry.IsAlike && AlikePages.TryTell(in facts, PlaceBits, out int place, out _))
        {
            _chunks[index] = entry.With(new AlikePages(place, entry.Pages.Heat, entry.Pages.Seen, entry.Pages.Rest));
        }
        else
        {
            ChunkFacts uncounted = facts;
            uncounted.Accessed.Fill(0);
            OwnRecordOf(index);
            RecordIn(_chunks[index].Slot, isKnown: true, in uncounted);
        }

        if (accessed)
        {
            Wake(index);
        }
    }

    private void Wake(int index)
    {
        RestingChunks -= _chunks[index].Rests ? 1 : 0;
        _chunks[index] = _chunks[index].Resting(false);
    }

    /// <summary>True when all entries of a chunk, from the first on, rest; moves the index to the next chunk's.</summary>
    private bool AllRest(ref int index)
    {
        ulong chunk = _chunks[index].Chunk;
        bool rest = true;
        for (; index < _count && _chunks[index].Chunk == chunk; index++)
        {
            rest &= _chunks[index].Rests;
        }

        return rest;
    }

    private int FirstAtOrAfter(ulong chunk)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = _chunks[middle].Chunk < chunk ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
