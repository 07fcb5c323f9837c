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
        new(entry, RecordOf(entry), _folios.IsEmpty || entry.IsAlike ? null : _folios.Of(entry.Slot), PlaceBits);

    /// <summary>
    /// Records a chunk with folios. One counts as accessed in a scan when more than a part of its pages were, and that part differs from
    /// scan to scan, between none and all: over some scans it counts as often as its pages do on average, so that it compares with single
    /// pages. If one page were enough, a folio of many pages would count in nearly every scan, hot or not. A page that was accessed in
    /// each of the last five scans is enough, for nobody knows how often it is.
    /// </summary>
    private void RecordFolios(int slot, in ChunkFacts facts)
    {
        _folios.Set(slot, in facts.Joined);
        ChunkFacts whole = facts;
        Span<ulong> always = stackalloc ulong[BitPlane.Words];
        _folios.Continue(slot, whole.Accessed.AsWords(), always);
        FolioRuns.Agree(whole.Joined.AsWords(), whole.Accessed.AsWords(), always, _folioPart);
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
