using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <content>Folios: what moves as one has one heat.</content>
public sealed unsafe partial class HeatMap
{
    /// <summary>
    /// The golden section. Its multiples, without their whole parts, are spread evenly between 0 and 1 however many of them one takes, one
    /// after another.
    /// </summary>
    private const double GoldenSection = 0.6180339887498949;

    internal HeatChunk ChunkOf(ChunkEntry entry) =>
        new(entry, _records[entry.Slot], _folios.IsEmpty ? null : _folios.Of(entry.Slot), PlaceBits);

    /// <summary>
    /// Records a chunk with folios. One counts as accessed in a scan when enough of its pages were, and how many are enough differs from
    /// scan to scan, between one and all: over some scans it counts the oftener the more of its pages are in use. If one page were always
    /// enough, a folio of many pages would count in nearly every scan, and cold ones could not be told from hot ones; if as many were
    /// asked for as all are on average, one hot page would be lost among many cold ones.
    /// </summary>
    private void RecordFolios(int slot, in ChunkFacts facts)
    {
        _folios.Set(slot, in facts.Joined);
        ChunkFacts whole = facts;
        FolioRuns.Agree(whole.Joined.AsWords(), whole.Accessed.AsWords(), _folioStrictness);
        _kernels.Record(_records[slot], in whole, _added);
    }

    /// <summary>Adds the pages of a chunk without huge pages to what the forecast learns from; a folio counts as one.</summary>
    private void AddToForecast(int slot, int fastPlaces, long* pages, long* counts)
    {
        ulong* record = _records[slot];
        ulong* joined = _folios.IsEmpty ? null : _folios.Of(slot);
        if (joined == null)
        {
            _kernels.AddToForecast(record, fastPlaces, pages, counts);
            return;
        }

        Span<ulong> present = new(record + (ChunkPlanes.Present * BitPlane.Words), BitPlane.Words);
        Span<ulong> kept = stackalloc ulong[BitPlane.Words];
        present.CopyTo(kept);
        for (int word = 0; word < BitPlane.Words; word++)
        {
            present[word] &= ~joined[word];
        }

        _kernels.AddToForecast(record, fastPlaces, pages, counts);
        kept.CopyTo(present);
    }
}
