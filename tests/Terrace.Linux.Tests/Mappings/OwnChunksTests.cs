using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class OwnChunksTests
{
    [Fact]
    public void A_sink_is_asked_about_chunks_that_one_own_range_covers_and_all_others_are_wanted()
    {
        const ulong Size = Chunk.Bytes;
        AddressRange[] own = [new(Size, 3 * Size), new((4 * Size) + 4096, 6 * Size), new(0, 0)];
        Unwilling inner = new();
        IScanSink sink = new OwnChunks().Before(inner, own, count: 2);
        bool[] wanted = [.. Enumerable.Range(0, 8).Select(chunk => sink.Wants((ulong)chunk))];
        Assert.Equal([true, false, false, true, true, false, true, true], wanted);
        Assert.Equal([1UL, 2, 5], inner.Asked);
        sink.Record(7, default);
        Assert.Equal([7UL], inner.Recorded);
    }

    [Fact]
    public void Chunks_that_are_treated_otherwise_than_by_heat_or_are_of_an_area_are_wanted()
    {
        const ulong Size = Chunk.Bytes;
        TreatmentSink treatments = new();
        treatments.Add(new AddressRange(Size, 2 * Size), MappingTreatment.Hot);
        treatments.Add(new AddressRange(3 * Size, 4 * Size), MappingTreatment.ByHeat, area: 2);
        treatments.Add(new AddressRange(5 * Size, 6 * Size), MappingTreatment.Cold);
        IScanSink sink = treatments.Before(new Unwilling());
        Assert.Equal(
            [false, true, false, true, false, true, false], Enumerable.Range(0, 7).Select(chunk => sink.Wants((ulong)chunk)));
    }

    /// <summary>Wants nothing.</summary>
    private sealed class Unwilling : IScanSink
    {
        public List<ulong> Asked { get; } = [];

        public List<ulong> Recorded { get; } = [];

        public bool Wants(ulong chunk)
        {
            Asked.Add(chunk);
            return false;
        }

        public void Record(ulong chunk, in ChunkFacts facts) => Recorded.Add(chunk);
    }
}
