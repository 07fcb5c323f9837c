using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Clearers;

public sealed class SparePageFinderTests
{
    private readonly ClearHints _hints = new();
    private readonly List<ulong> _passedOn = [];

    [Fact]
    public void The_page_to_spare_is_cold_and_fast_when_there_is_one_and_any_base_page_when_not()
    {
        ChunkFacts huge = new() { IsHuge = true };
        huge.Present.Fill(ulong.MaxValue);
        ChunkFacts hot = WithPages(1);
        hot.Accessed.Fill(ulong.MaxValue);
        ChunkFacts slow = WithPages(Chunk.Pages);
        slow.PlaceLow.Fill(ulong.MaxValue);
        ChunkFacts oneFast = WithPages(8);
        oneFast.Accessed.Fill(0x7f);

        Assert.Equal(0UL, SpareOf());
        Assert.Equal(0UL, SpareOf(huge));
        Assert.Equal(Chunk.AddressOf(11, 0), SpareOf(huge, hot));
        Assert.Equal(Chunk.AddressOf(12, 511), SpareOf(huge, hot, slow));
        Assert.Equal(Chunk.AddressOf(13, 7), SpareOf(huge, hot, slow, oneFast));
        Assert.Equal(Chunk.AddressOf(10, 7), SpareOf(oneFast, slow, hot, huge));
        Assert.Equal([10UL, 11UL, 12UL, 13UL], _passedOn);
        Assert.Equal(0UL, SpareOf());
    }

    [Fact]
    public void A_page_of_a_folio_is_spared_only_where_there_is_no_other()
    {
        ChunkFacts folios = WithPages(64);
        folios.HasFolios = true;
        folios.Joined.AsWords()[0] = 0xfffe_fffe_fffe_fffe;
        ChunkFacts oneSingle = folios;
        oneSingle.Present.AsWords()[2] = 1UL << 5;
        oneSingle.Accessed.Fill(ulong.MaxValue);
        ChunkFacts hot = WithPages(1);
        hot.Accessed.Fill(ulong.MaxValue);
        Assert.Equal(Chunk.AddressOf(10, 0), SpareOf(folios, folios));
        Assert.Equal(Chunk.AddressOf(11, 133), SpareOf(folios, oneSingle, folios));
        Assert.Equal(Chunk.AddressOf(12, 0), SpareOf(folios, folios, hot));
    }

    private static ChunkFacts WithPages(int count)
    {
        ChunkFacts facts = default;
        for (int page = 0; page < count; page++)
        {
            facts.Present.AsWords()[page >> 6] |= 1UL << (page & 63);
        }

        return facts;
    }

    private ulong SpareOf(params ChunkFacts[] chunks)
    {
        _passedOn.Clear();
        IScanSink sink = new SparePageFinder(_hints).Before(new Recorder(_passedOn));
        for (int i = 0; i < chunks.Length; i++)
        {
            sink.Record(10 + (ulong)i, in chunks[i]);
        }

        return _hints.SparePage;
    }

    private sealed class Recorder(List<ulong> chunks) : IScanSink
    {
        public void Record(ulong chunk, in ChunkFacts facts) => chunks.Add(chunk);
    }
}
