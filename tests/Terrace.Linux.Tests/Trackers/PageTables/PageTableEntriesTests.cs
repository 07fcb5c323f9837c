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
            Random random = new(seed);
            FrameMap frames = RandomFrames(random);
            ulong[] entries = seed % 2 == 0 ? [.. Enumerable.Range(0, 512).Select(_ => RandomEntry(random, frames.End))] : Mostly(random, frames.End);
            ulong mask = random.Next(2) == 0 ? PageTableEntry.FrameAddressMask : PageTableEntry.FrameAddressMask & ~(1UL << 47);
            ChunkFacts oracle = default;
            PageTableEntries.DecodeScalar(entries, mask, frames, ref oracle);
            ChunkFacts vectors = default;
            PageTableEntries.DecodeVectors(entries, mask, frames, ref vectors);
            ChunkFacts chosen = default;
            PageTableEntries.Decode(entries, mask, frames, ref chosen);
            Assert.Equal(Words(oracle), Words(vectors));
            Assert.Equal(Words(oracle), Words(chosen));
        }
    }

    [Fact]
    public void Full_tables_of_pages_on_two_nodes_decode_the_same()
    {
        FrameMap frames = new([new FrameRange(0, 1000, 0), new FrameRange(1000, 2000, 1), new FrameRange(4000, 5000, 2), new FrameRange(5000, 6000, 3)], Places);
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            (ulong One, ulong Two) bases = ((ulong)random.Next(2) * 4000, random.Next(2) == 0 ? 1000UL : 5000UL);
            ulong[] entries = [.. Enumerable.Range(0, 512).Select(_ => (((random.Next(3) == 0 ? bases.One : bases.Two) + (ulong)random.Next(1000)) << 12) | 0x47 | ((ulong)(uint)random.Next(2) << 5))];

            // At most one word that is not of such pages.
            entries[random.Next(512)] = random.Next(3) switch { 0 => RandomEntry(random, frames.End), 1 => (3000UL << 12) | 0x67, _ => (500UL << 12) | 0x267 };
            ChunkFacts oracle = default;
            PageTableEntries.DecodeScalar(entries, PageTableEntry.FrameAddressMask, frames, ref oracle);
            ChunkFacts vectors = new() { IsHuge = true };
            PageTableEntries.DecodeVectors(entries, PageTableEntry.FrameAddressMask, frames, ref vectors);
            Assert.Equal(Words(oracle), Words(vectors));
            Assert.False(vectors.IsHuge);
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
                int place = (int)(facts.PlaceLow.AsWords()[i >> 6] >> (i & 63) & 1) | ((int)(facts.PlaceHigh.AsWords()[i >> 6] >> (i & 63) & 1) << 1);
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

    private static FrameMap RandomFrames(Random random)
    {
        List<FrameRange> ranges = [];
        ulong at = 0;
        int count = random.Next(1, 14);
        for (int i = 0; i < count; i++)
        {
            at += (ulong)random.Next(0, 500);
            ulong end = at + (ulong)random.Next(1, 5000);
            ranges.Add(new FrameRange(at, end, random.Next(4)));
            at = end;
        }

        return new FrameMap(ranges, Places);
    }

    private static ulong RandomEntry(Random random, ulong end) => random.Next(8) switch
    {
        0 => 0,
        1 => (ulong)random.NextInt64() | ((ulong)(uint)random.Next(2) << 63),
        2 => (~((ulong)random.NextInt64((long)end + 100) << 12) & PageTableEntry.FrameAddressMask) | ((ulong)(uint)random.Next(0x1000) & ~1UL),
        _ => ((ulong)random.NextInt64((long)end + 100) << 12) | (ulong)(uint)random.Next(0x1000) | ((ulong)(uint)random.Next(2) << 63),
    };

    // As real tables are: neighbours in neighbouring frames, with exceptions.
    private static ulong[] Mostly(Random random, ulong end)
    {
        ulong[] entries = new ulong[512];
        ulong frame = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            frame = random.Next(20) == 0 ? (ulong)random.NextInt64((long)end + 100) : frame + 1;
            entries[i] = random.Next(30) == 0 ? RandomEntry(random, end) : (frame << 12) | 0x47 | ((ulong)(uint)random.Next(2) << 5) | ((ulong)(uint)random.Next(2) << 63);
        }

        return entries;
    }

    private static ulong[] Words(ChunkFacts facts) =>
        [.. facts.Present.AsWords(), .. facts.Accessed.AsWords(), .. facts.PlaceLow.AsWords(), .. facts.PlaceHigh.AsWords(), facts.IsHuge ? 1UL : 0];
}
