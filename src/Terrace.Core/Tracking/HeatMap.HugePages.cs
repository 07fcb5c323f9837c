using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>Huge pages that are split, and pages that become a huge one.</content>
public sealed unsafe partial class HeatMap
{
    /// <summary>
    /// Forgets the heat of a chunk whose huge page was split, which says nothing of its base pages. They rest until their own is known.
    /// </summary>
    internal void ForgetHeat(ulong chunk)
    {
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            ulong* record = OwnRecordOf(i);
            const int First = ChunkPlanes.Count * BitPlane.Words;
            const int Words = (ChunkPlanes.CountBits + ChunkPlanes.HeatBits) * BitPlane.Words;
            new Span<ulong>(record + First, Words).Clear();
            new Span<ulong>(record + (ChunkPlanes.Rest * BitPlane.Words), ChunkPlanes.RestBits * BitPlane.Words).Fill(ulong.MaxValue);
        }
    }

    /// <summary>Gives some pages of a chunk whose heat was forgotten a heat that is known from before; none of it rests then.</summary>
    internal void SetHeat(ulong chunk, in BitPlane pages, int heat)
    {
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            ulong* record = OwnRecordOf(i);
            for (int word = 0; word < BitPlane.Words; word++)
            {
                for (int bit = 0; bit < ChunkPlanes.HeatBits; bit++)
                {
                    SetPlane(record, ChunkPlanes.Heat + bit, word, pages[word], (heat & (1 << bit)) != 0);
                }

                SetPlane(record, ChunkPlanes.Rest, word, ulong.MaxValue, false);
                SetPlane(record, ChunkPlanes.Rest + 1, word, ulong.MaxValue, false);
            }
        }
    }

    /// <summary>Gives all pages of a chunk that became one huge page the heat of the hottest of them.</summary>
    internal void LevelHeat(ulong chunk)
    {
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            HeatChunk pages = ChunkAt(i);
            int heat = 0;
            for (int page = 0; page < Chunk.Pages; page++)
            {
                heat = Math.Max(heat, pages.HeatOf(page));
            }

            ulong* record = OwnRecordOf(i);
            for (int bit = 0; bit < ChunkPlanes.HeatBits; bit++)
            {
                new Span<ulong>(record + ((ChunkPlanes.Heat + bit) * BitPlane.Words), BitPlane.Words)
                    .Fill((heat & (1 << bit)) != 0 ? ulong.MaxValue : 0);
            }
        }
    }

    /// <summary>Counts the base pages of huge ones, as of the last round's end, by place and heat.</summary>
    private void CountHuge(HeatHistogram histogram)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_chunks[i].IsHuge && ImmovableOf(_chunks[i].Chunk).IsEmpty)
            {
                HeatChunk chunk = ChunkAt(i);
                histogram.HugePages[(chunk.PlaceOf(0) * HeatLevels) + chunk.HeatOf(0)] += Chunk.Pages;
            }
        }
    }

    /// <summary>True when all pages of a chunk are mapped.</summary>
    internal bool IsWhole(ulong chunk)
    {
        int pages = 0;
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            HeatChunk known = ChunkAt(i);
            for (int word = 0; word < BitPlane.Words; word++)
            {
                pages += known.PagesIn(word, (1 << PlaceMap.MaxPlaces) - 1);
            }
        }

        return pages == Chunk.Pages;
    }

    /// <summary>Huge pages that there are.</summary>
    internal int CountHuge()
    {
        int huge = 0;
        for (int i = 0; i < _count; i++)
        {
            huge += _chunks[i].IsHuge ? 1 : 0;
        }

        return huge;
    }
}
