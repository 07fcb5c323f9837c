using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Tests.Trackers.PageTables;

/// <summary>Keeps what a scan reported, page by page, and checks the order the sink's contract promises.</summary>
internal sealed class RecordingSink : IScanSink
{
    public SortedDictionary<ulong, (bool Accessed, int Place, bool Huge)> Pages { get; } = [];

    public long Chunks { get; private set; }

    private ulong? _last;

    public void Record(ulong chunk, in ChunkFacts facts)
    {
        Assert.True(_last is null || chunk > _last, "chunks ascend and come once");
        _last = chunk;
        Chunks++;
        ChunkFacts copy = facts;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            if (Has(copy.Present, page))
            {
                Pages[Chunk.AddressOf(chunk, page)] = (
                    Has(copy.Accessed, page), (Has(copy.PlaceLow, page) ? 1 : 0) | (Has(copy.PlaceHigh, page) ? 2 : 0), copy.IsHuge);
            }
        }
    }

    private static bool Has(BitPlane plane, int page) => (plane.AsWords()[page >> 6] >> (page & 63) & 1) != 0;
}
