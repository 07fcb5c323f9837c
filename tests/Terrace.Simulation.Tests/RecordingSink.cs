using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Tests;

/// <summary>Keeps what a scan reports, page by page.</summary>
internal sealed class RecordingSink : IScanSink
{
    private ulong _last;

    public Dictionary<ulong, (bool Accessed, int Place, bool Huge)> PageAt { get; } = [];

    public void Record(ulong chunk, in ChunkFacts facts)
    {
        Assert.True(PageAt.Count == 0 || chunk > _last, "chunks come in ascending order");
        _last = chunk;
        ChunkFacts copy = facts;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            if (Bit(copy.Present.AsWords(), page))
            {
                int place = (Bit(copy.PlaceLow.AsWords(), page) ? 1 : 0) | (Bit(copy.PlaceHigh.AsWords(), page) ? 2 : 0);
                PageAt[Chunk.AddressOf(chunk, page)] = (Bit(copy.Accessed.AsWords(), page), place, facts.IsHuge);
            }
        }
    }

    private static bool Bit(ReadOnlySpan<ulong> words, int page) => ((words[page / 64] >> (page % 64)) & 1) != 0;
}
