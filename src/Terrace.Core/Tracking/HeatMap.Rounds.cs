using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>The end of a round.</content>
public sealed unsafe partial class HeatMap
{
    /// <summary>Ends a round: heat becomes half of what it was plus the round's count; returns what the cadence and the planner
    /// need to know. The forecast learns how well heat foretold this round;
    /// <paramref name="fastPlaces"/> is the bit mask of the places of the top tier.</summary>
    public RoundCount EndRound(HeatHistogram histogram, HeatForecast? forecast = null, int fastPlaces = 1)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        long hot = 0;
        long touched = 0;
        histogram.Clear(1 << PlaceBits);
        Array.Clear(_movedInto);
        ImmovableFastPages = 0;
        _stuck.Begin();
        Span<long> pagesByHeat = stackalloc long[2 * HeatLevels];
        Span<long> countsByHeat = stackalloc long[2 * HeatLevels];
        fixed (long* all = histogram.AllPages, resting = histogram.RestingPages, pages = pagesByHeat, counts = countsByHeat)
        {
            for (int i = 0; i < _count;)
            {
                int run = AlikeFrom(i);
                (long chunkHot, long chunkTouched) = run > 0
                    ? EndRoundOfAlike(i, run, fastPlaces, pages, counts, all, resting)
                    : EndRoundOfOne(i, fastPlaces, pages, counts, all, resting);
                hot += chunkHot;
                touched += chunkTouched;
                i += Math.Max(run, 1);
            }
        }

        CountHuge(histogram);
        HasHeat = true;
        _stuck.End();
        forecast?.Learn(pagesByHeat, countsByHeat, Scans);
        return new RoundCount(hot, touched);
    }

    /// <summary>How many chunks from one on have pages that are alike and the same; 0 when its own are not alike.</summary>
    private int AlikeFrom(int index)
    {
        int end = index;
        ChunkEntry first = _chunks[index];
        if (first.IsAlike)
        {
            int number = first.Pages.Number;
            while (end < _count && _chunks[end].IsAlike && _chunks[end].Pages.Number == number && _chunks[end].IsHuge == first.IsHuge)
            {
                end++;
            }
        }

        return end - index;
    }

    private (long Hot, long Touched) EndRoundOfAlike(
        int index, int run, int fastPlaces, long* pages, long* counts, long* all, long* resting)
    {
        AlikePages before = _chunks[index].Pages;
        AlikePages after = before.Folded();
        long basePages = (long)run * Chunk.Pages;

        // One observation of a huge page, not 512: all its pages have the one accessed bit.
        long seen = _chunks[index].IsHuge ? run : basePages;
        int entry = ((fastPlaces & (1 << before.Place)) != 0 ? HeatLevels : 0) + before.Heat;
        pages[entry] += seen;
        counts[entry] += seen * before.Seen;
        int of = (after.Place * HeatLevels) + after.Heat;
        for (int i = index; i < index + run; i++)
        {
            _chunks[i] = _chunks[i].With(after);
            if (!_stuck.IsEmpty)
            {
                _stuck.Look(ChunkAt(i));
                if (!ImmovableOf(_chunks[i].Chunk).IsEmpty)
                {
                    CountImmovable(ChunkAt(i), fastPlaces);
                    AddMovable(i, all, resting);
                    basePages -= Chunk.Pages;
                }
            }
        }

        all[of] += basePages;
        resting[of] += after.Rest > 0 ? basePages : 0;
        long counted = (long)run * Chunk.Pages;
        return (before.Seen > 0 && before.Seen == Scans ? counted : 0, before.Seen > 0 ? counted : 0);
    }

    private (long Hot, long Touched) EndRoundOfOne(int index, int fastPlaces, long* pages, long* counts, long* all, long* resting)
    {
        int slot = _chunks[index].Slot;
        ulong* record = _records[slot];
        (int hot, int touched) = _kernels.CountRound(record, Scans);
        if (_chunks[index].IsHuge)
        {
            AddHugeToForecast(ChunkAt(index), fastPlaces, pages, counts);
        }
        else
        {
            AddToForecast(slot, fastPlaces, pages, counts);
        }

        _kernels.Fold(record);
        if (!_stuck.IsEmpty)
        {
            _stuck.Look(ChunkAt(index));
            CountImmovable(ChunkAt(index), fastPlaces);
        }

        AddMovable(index, all, resting);
        if ((_folios.IsEmpty || _folios.Of(slot) == null) && AlikePages.TryTell(record, PlaceBits, out AlikePages alike))
        {
            _chunks[index] = _chunks[index].With(alike);
            _records.Return(slot);
        }

        return (hot, touched);
    }

    /// <summary>One observation, not 512: all pages of a huge page have the one accessed bit.</summary>
    private static void AddHugeToForecast(HeatChunk chunk, int fastPlaces, long* pages, long* counts)
    {
        bool fast = (fastPlaces & (1 << chunk.PlaceOf(0))) != 0;
        int entry = (fast ? HeatLevels : 0) + chunk.HeatOf(0);
        pages[entry]++;
        counts[entry] += chunk.CountOf(0);
    }

    /// <summary>Counts the pages of a record in the top tier that are not to be moved.</summary>
    private void CountImmovable(HeatChunk chunk, int fastPlaces)
    {
        ReadOnlySpan<ulong> immovable = ImmovableOf(chunk.Number);
        for (int word = 0; word < immovable.Length; word++)
        {
            ImmovableFastPages += BitOperations.PopCount(immovable[word] & chunk.Mask(word, fastPlaces));
        }
    }

    /// <summary>Counts the pages of a chunk that may be moved.</summary>
    private void AddMovable(int index, long* all, long* resting)
    {
        ReadOnlySpan<ulong> immovable = ImmovableOf(_chunks[index].Chunk);
        if (immovable.IsEmpty)
        {
            _kernels.AddToHistogram(RecordOf(_chunks[index]), all, resting);
            return;
        }

        // As if they were not there; the kernel need not know of them.
        ulong* record = OwnRecordOf(index);
        Span<ulong> present = new(record + (ChunkPlanes.Present * BitPlane.Words), BitPlane.Words);
        Span<ulong> kept = stackalloc ulong[BitPlane.Words];
        present.CopyTo(kept);
        for (int word = 0; word < BitPlane.Words; word++)
        {
            present[word] &= ~immovable[word];
        }

        _kernels.AddToHistogram(record, all, resting);
        kept.CopyTo(present);
    }

    /// <summary>A record of an entry's own, which may be written to.</summary>
    private ulong* OwnRecordOf(int index)
    {
        if (_chunks[index].IsAlike)
        {
            _chunks[index] = _chunks[index].With(Unfold(_chunks[index].Pages));
        }

        return _records[_chunks[index].Slot];
    }

    /// <summary>A slot with a record of pages that were alike.</summary>
    private int Unfold(AlikePages pages)
    {
        int slot = _records.Rent();
        int words = ChunkPlanes.PerChunk(PlaceBits) * BitPlane.Words;
        new ReadOnlySpan<ulong>(pages.Record, words).CopyTo(new Span<ulong>(_records[slot], words));
        if (!_folios.IsEmpty)
        {
            _folios.Clear(slot);
        }

        return slot;
    }
}
