using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux.Tests.Trackers.PageTables;

public sealed class PageTableEntriesTests
{
    private static readonly PlaceMap Places = new(new Topology(Enumerable.Range(0, 4).Select(node =>
        new MemoryNode(node, 1 << 30, node == 0 ? [0] : [], new Dictionary<int, int>()))));

    [Fact]
    public void Vectors_decode_any_entries_exactly_as_one_by_one()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            PageTableTrial.AnyEntries(new Random(seed));
        }
    }

    [Fact]
    public void Full_tables_of_pages_on_two_nodes_decode_the_same()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            PageTableTrial.FullTable(new Random(seed));
        }
    }

    [Fact]
    public void On_a_machine_with_16_nodes_every_page_has_the_place_of_its_node()
    {
        PlaceMap places = new(new Topology(Enumerable.Range(0, 16).Select(node =>
            new MemoryNode(node, 1 << 30, node < 8 ? [node] : [], new Dictionary<int, int>()))));
        FrameMap frames = new(Enumerable.Range(0, 16).Select(i => new FrameRange((ulong)i * 32, ((ulong)i * 32) + 32, i)), places);
        ulong[] entries = [.. Enumerable.Range(0, 512).Select(i => ((ulong)i << 12) | 0x67)];
        ChunkFacts facts = default;
        PageTableEntries.Decode(entries, PageTableEntry.FrameAddressMask, frames, ref facts);
        for (int node = 0; node < 16; node++)
        {
            ulong expected = (node & 1) == 0 ? uint.MaxValue : (ulong)uint.MaxValue << 32;
            Assert.Equal(expected, facts.PagesIn(node / 2, 1 << places.PlaceOf(node)));
        }
    }

    [Fact]
    public void A_machine_with_very_many_runs_of_frames_decodes_the_same()
    {
        FrameMap frames = new(Enumerable.Range(0, 200).Select(i => new FrameRange((ulong)i * 3, ((ulong)i * 3) + 2, i % 4)), Places);
        ulong[] entries = [.. Enumerable.Range(0, 512).Select(i => ((ulong)i << 12) | 0x67)];
        ChunkFacts facts = default;
        PageTableEntries.Decode(entries, PageTableEntry.FrameAddressMask, frames, ref facts);
        for (int i = 0; i < 512; i++)
        {
            Assert.Equal(i % 3 != 2, (facts.Present.AsWords()[i >> 6] >> (i & 63) & 1) != 0);
            if (i % 3 != 2)
            {
                int place = (int)(facts.PlaceLow.AsWords()[i >> 6] >> (i & 63) & 1) | (
                    (int)(facts.PlaceHigh.AsWords()[i >> 6] >> (i & 63) & 1) << 1);
                Assert.Equal(i / 3 % 4, place);
            }
        }
    }

    [Theory]
    [InlineData(0x67UL, true, true)]
    [InlineData(0x47UL, true, false)]
    [InlineData(0x60UL, false, false)]
    [InlineData(0x267UL, false, false)]
    public void Present_accessed_and_special_bits_mean_what_the_kernel_says(ulong bits, bool present, bool accessed)
    {
        ulong[] entries = new ulong[512];
        entries[7] = (5UL << 12) | bits;
        FrameMap frames = new([new FrameRange(0, 100, 0)], Places);
        ChunkFacts facts = default;
        PageTableEntries.Decode(entries, PageTableEntry.FrameAddressMask, frames, ref facts);
        Assert.Equal(present ? 1UL << 7 : 0, facts.Present.AsWords()[0]);
        Assert.Equal(accessed ? 1UL << 7 : 0, facts.Accessed.AsWords()[0]);
    }

    [Fact]
    public void A_numa_hinting_entry_is_a_mapped_page_with_its_frame_inverted_and_a_swap_entry_is_not()
    {
        ulong[] entries = new ulong[512];
        entries[0] = (~(5UL << 12) & PageTableEntry.FrameAddressMask) | 0x100 | 0x20;
        entries[1] = (~(5UL << 12) & PageTableEntry.FrameAddressMask) | 0x20;
        FrameMap frames = new([new FrameRange(0, 100, 2)], Places);
        ChunkFacts facts = default;
        PageTableEntries.Decode(entries, PageTableEntry.FrameAddressMask, frames, ref facts);
        Assert.Equal(1UL, facts.Present.AsWords()[0]);
        Assert.Equal(1UL, facts.Accessed.AsWords()[0]);
        Assert.Equal(0UL, facts.PlaceLow.AsWords()[0]);
        Assert.Equal(0UL, facts.PlaceHigh.AsWords()[0] & 2);
    }
}
