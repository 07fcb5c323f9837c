using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <content>Folios: what moves as one is as hot as the hottest page of it.</content>
public sealed unsafe partial class HeatMap
{
    internal HeatChunk ChunkOf(ChunkEntry entry) =>
        new(entry, _records[entry.Slot], _folios.IsEmpty ? null : _folios.Of(entry.Slot), PlaceBits);

    /// <summary>Records a chunk with folios: where a page of one was accessed, all of it was.</summary>
    private void RecordFolios(int slot, in ChunkFacts facts)
    {
        _folios.Set(slot, in facts.Joined);
        ChunkFacts whole = facts;
        FolioRuns.Complete(whole.Joined.AsWords(), whole.Accessed.AsWords());
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
