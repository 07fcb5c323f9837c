using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux.Tests.Trackers.PageTables;

public sealed class PageTableWalkerTests
{
    private const ulong Accessed = 0x67;
    private const ulong NotAccessed = 0x47;
    private const ulong HugeBit = 0x80;
    private const ulong NoZeroPage = ulong.MaxValue;

    [Theory]
    [InlineData(4, 0x7f00_0000_0000UL)]
    [InlineData(5, 0x7f00_0000_0000UL)]
    [InlineData(5, 0x00ff_0000_0000_0000UL)]
    public void Pages_are_found_with_their_accessed_bit_and_place_through_four_and_five_levels(int levels, ulong start)
    {
        SyntheticTables tables = new(levels);
        tables.Set(start, 1, (0x200UL << 12) | Accessed);
        tables.Set(start + 0x1000, 1, (0x10001UL << 12) | NotAccessed);
        tables.Set(start + (1UL << 30), 1, (0x300UL << 12) | Accessed);
        RecordingSink sink = Walk(tables, levels, out WalkResult result, new AddressRange(start, start + (2UL << 30)));
        Assert.Equal(new Dictionary<ulong, (bool, int, bool)>
        {
            [start] = (true, 0, false),
            [start + 0x1000] = (false, 1, false),
            [start + (1UL << 30)] = (true, 0, false),
        }, sink.Pages);
        Assert.False(result.StoppedEarly);
        Assert.Equal(levels + 2, result.TablesRead);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void The_node_of_single_pages_is_found_in_any_order(int levels)
    {
        const ulong Start = 0x7f00_0020_0000;
        SyntheticTables tables = new(levels);
        tables.Set(Start, 1, (0x200UL << 12) | Accessed);
        tables.Set(Start + 0x1000, 1, (0x10001UL << 12) | NotAccessed);
        tables.Set(Start + 0x3000, 1, (~(0x10005UL << 12) & PageTableEntry.FrameAddressMask) | PageTableEntry._PAGE_PROTNONE);
        tables.Set(Start + 0x4000, 1, (0x500UL << 12) | Accessed | PageTableEntry._PAGE_SPECIAL);
        tables.Set(Start + Chunk.Bytes, 2, (0x10200UL << 12) | Accessed | HugeBit | 0x1000);
        ulong[] addresses = [Start + Chunk.Bytes + 0x5000, Start + 0x1000, Start, Start + 0x2000, Start + 0x3000, Start + 0x4000, 0x1000];
        int[] nodes = new int[addresses.Length];
        new PageTableWalker<SyntheticTables>(tables).Locate(tables.Root, levels, addresses, SyntheticTables.Frames, nodes);
        Assert.Equal([1, 1, 0, -1, 1, -1, -1], nodes);
    }

    [Fact]
    public void The_frames_of_a_chunk_are_those_of_base_pages_huge_ones_and_pages_without_access_rights()
    {
        SyntheticTables tables = new(4);
        PageTableWalker<SyntheticTables> walker = new(tables);
        ulong[] frames = new ulong[Chunk.Pages];
        tables.Set(0x4000_0000, 1, (0x123UL << 12) | 0x67);
        tables.Set(0x4000_2000, 1, (~(0x124UL << 12) & PageTableEntry.FrameAddressMask) | PageTableEntry._PAGE_PROTNONE);
        tables.Set(0x4000_3000, 1, (0x125UL << 12) | 0x67 | PageTableEntry._PAGE_SPECIAL);
        tables.Set(0x4020_0000, 2, (0x400UL << 12) | 0xe7);
        walker.ReadFrames(tables.Root, 4, 0x4000_0000 >> Chunk.Shift, frames);
        Assert.Equal([0x123UL, 0, 0x124, 0, 0], frames[..5]);
        walker.ReadFrames(tables.Root, 4, 0x4020_0000 >> Chunk.Shift, frames);
        Assert.Equal(Enumerable.Range(0x400, Chunk.Pages).Select(frame => (ulong)frame), frames);
        walker.ReadFrames(tables.Root, 4, 0x4040_0000 >> Chunk.Shift, frames);
        Assert.DoesNotContain(frames, frame => frame != 0);
    }

    [Fact]
    public void Tables_next_to_one_another_are_read_together_and_others_one_by_one()
    {
        const ulong Start = 0x7f00_0000_0000;
        const int Chunks = 40;
        SyntheticTables tables = new(4);
        Dictionary<ulong, (bool, int, bool)> expected = [];
        foreach (int chunk in Enumerable.Range(0, 20).Concat(Enumerable.Range(20, 20).Reverse()))
        {
            // The first 20 tables ascend in memory, the others descend.
            ulong address = Start + ((ulong)chunk * Chunk.Bytes) + ((ulong)chunk << 12);
            bool accessed = chunk % 3 == 0;
            tables.Set(address, 1, (((chunk % 2 == 0 ? 0x200UL : 0x10001UL) + (ulong)chunk) << 12) | (accessed ? Accessed : NotAccessed));
            expected[address] = (accessed, chunk % 2, false);
        }

        RecordingSink sink = Walk(tables, 4, out WalkResult result, new AddressRange(Start, Start + (Chunks * Chunk.Bytes)));
        Assert.Equal(expected, sink.Pages);
        Assert.Equal(3 + Chunks, result.TablesRead);

        // Three tables above; 8, 8 and 4 together; the next with nothing next to it 20 times.
        Assert.Equal(3 + 3 + 20, tables.Reads);
    }

    [Fact]
    public void Tables_of_chunks_that_are_not_wanted_are_not_read_and_holes_are_not_asked_about()
    {
        const ulong Start = 0x7f00_0000_0000;
        SyntheticTables tables = new(4);
        foreach (ulong chunk in new ulong[] { 0, 1, 2, 5, 9 })
        {
            tables.Set(Start + (chunk * Chunk.Bytes), 1, ((0x200UL + chunk) << 12) | Accessed);
        }

        tables.Set(Start + (7 * Chunk.Bytes), 2, (0x400UL << 12) | Accessed | HugeBit);
        tables.Set(Start + (8 * Chunk.Bytes), 2, (0x600UL << 12) | Accessed | HugeBit);
        WantingSink sink = new(number => (number - Chunk.Of(Start)) is 1 or 8 or 9);
        WalkResult result = new PageTableWalker<SyntheticTables>(tables).Walk(
            tables.Root, 4, [new AddressRange(Start, Start + (20 * Chunk.Bytes))], SyntheticTables.Frames, NoZeroPage, 10_000, sink);
        Assert.Equal([0UL, 1, 2, 5, 7, 8, 9], sink.Asked.Select(number => number - Chunk.Of(Start)));
        Assert.Equal([1UL, 8, 9], sink.Recorded.Select(number => number - Chunk.Of(Start)));
        Assert.Equal((3 + 2, 0), (result.TablesRead, result.TablesMissed));
    }

    [Fact]
    public void A_huge_page_is_reported_whole_only_when_the_range_covers_it()
    {
        const ulong Start = 0x7f00_0020_0000;
        SyntheticTables tables = new(4);
        tables.Set(Start, 2, (0x10200UL << 12) | Accessed | HugeBit | 0x1000);
        tables.Set(Start + Chunk.Bytes, 2, (0x400UL << 12) | NotAccessed | HugeBit);
        RecordingSink sink = Walk(tables, 4, out _, new AddressRange(Start, Start + Chunk.Bytes + 0x1000));
        Assert.Equal(Chunk.Pages, sink.Pages.Count);
        Assert.All(sink.Pages.Values, page => Assert.Equal((true, 1, true), page));
    }

    [Fact]
    public void A_huge_page_that_is_being_split_or_waits_for_a_hinting_fault_counts_as_mapped()
    {
        const ulong Start = 0x7f00_0020_0000;
        SyntheticTables tables = new(4);

        // Without the present bit the kernel stores the frame inverted.
        ulong inverted = ~(0x10400UL << 12) & PageTableEntry.FrameAddressMask & ~0x1f_f000UL;
        tables.Set(Start, 2, inverted | HugeBit | 0x20);
        tables.Set(Start + Chunk.Bytes, 2, inverted | HugeBit | 0x100);
        RecordingSink sink = Walk(tables, 4, out _, new AddressRange(Start, Start + (2 * Chunk.Bytes)));
        Assert.Equal(2, sink.Chunks);
        Assert.Equal((true, 1, true), sink.Pages[Start]);
        Assert.Equal((false, 1, true), sink.Pages[Start + Chunk.Bytes]);
    }

    [Fact]
    public void The_shared_pages_of_zeros_are_nobodys_pages()
    {
        const ulong Start = 0x7f00_0020_0000;
        SyntheticTables tables = new(4);
        tables.Set(Start, 2, (0x600UL << 12) | Accessed | HugeBit);
        tables.Set(Start + Chunk.Bytes, 1, (0x500UL << 12) | Accessed | PageTableEntry._PAGE_SPECIAL);
        RecordingSink sink = new();
        new PageTableWalker<SyntheticTables>(tables)
            .Walk(tables.Root, 4, [new AddressRange(Start, Start + (2 * Chunk.Bytes))], SyntheticTables.Frames, 0x600, 1000, sink);
        Assert.Empty(sink.Pages);
    }

    [Fact]
    public void Only_pages_within_the_ranges_are_reported_and_each_chunk_once()
    {
        const ulong Start = 0x7f00_0020_0000;
        SyntheticTables tables = new(4);
        for (ulong page = 0; page < 512; page++)
        {
            tables.Set(Start + (page << 12), 1, ((0x200 + page) << 12) | Accessed);
        }

        RecordingSink sink = Walk(
            tables,
            4,
            out _,
            new AddressRange(Start - 0x3000, Start + 0x2000),
            new AddressRange(Start + 0x5000, Start + 0x6000),
            new AddressRange(Start + 0x1f_f000, Start + 0x40_0000));
        Assert.Equal([Start, Start + 0x1000, Start + 0x5000, Start + 0x1f_f000], sink.Pages.Keys);
        Assert.Equal(1, sink.Chunks);
    }

    [Fact]
    public void Subtrees_outside_the_ranges_are_not_read()
    {
        SyntheticTables tables = new(4);
        for (ulong gibibyte = 0; gibibyte < 64; gibibyte++)
        {
            tables.Set(gibibyte << 30, 1, (0x200UL << 12) | Accessed);
        }

        Walk(tables, 4, out WalkResult result, new AddressRange(5UL << 30, 6UL << 30));
        Assert.Equal(4, result.TablesRead);
    }

    [Fact]
    public void A_reserved_but_empty_hundred_terabytes_costs_a_handful_of_reads()
    {
        SyntheticTables tables = new(4);
        tables.Set(0x7000_0000_0000, 1, (0x200UL << 12) | Accessed);
        RecordingSink sink = Walk(tables, 4, out WalkResult result, new AddressRange(0x1000, 0x7fff_ffff_f000));
        Assert.Single(sink.Pages);
        Assert.Equal(4, result.TablesRead);
    }

    [Fact]
    public void Tables_that_point_to_themselves_stop_at_the_limit_of_reads()
    {
        SyntheticTables tables = new(4);
        tables.Corrupt(0, _ => tables.Root | Accessed);
        RecordingSink sink = new();
        WalkResult result = new PageTableWalker<SyntheticTables>(tables).Walk(
            tables.Root, 4, [new AddressRange(0, 0x7fff_ffff_f000)], SyntheticTables.Frames, NoZeroPage, 500, sink);
        Assert.True(result.StoppedEarly);
        Assert.InRange(tables.Reads, 1, 510);
    }

    [Fact]
    public void Gigabyte_pages_are_counted_and_passed_over()
    {
        SyntheticTables tables = new(4);
        tables.Set(1UL << 30, 3, Accessed | HugeBit);
        tables.Set(2UL << 30, 1, (0x200UL << 12) | Accessed);
        RecordingSink sink = Walk(tables, 4, out WalkResult result, new AddressRange(1UL << 30, 3UL << 30));
        Assert.Equal(1, result.GigabytePages);
        Assert.Equal([2UL << 30], sink.Pages.Keys);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Torn_tables_and_random_memory_never_throw_and_never_read_beyond_the_limit(int levels)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            SyntheticTables tables = new(levels);
            for (int i = 0; i < 20; i++)
            {
                tables.Set((ulong)random.NextInt64(1L << 47), 1 + random.Next(2), ((ulong)random.Next(0x30000) << 12) | Accessed);
            }

            int count = tables.Corrupt(0, i => i % 64 == 0 ? tables.Root | Accessed : 0);
            for (int i = 0; i < 3; i++)
            {
                // Entries that point to other tables, to absent memory, or are plain noise.
                tables.Corrupt(random.Next(count), _ => random.Next(3) switch
                {
                    0 => ((ulong)(0x100 + random.Next(count)) << 12) | Accessed,
                    1 => (ulong)random.NextInt64(),
                    _ => (ulong)random.NextInt64() << 1,
                });
            }

            List<AddressRange> ranges = [];
            ulong at = 0;
            while (at < 1UL << 50 && ranges.Count < 10)
            {
                at += (ulong)random.NextInt64(1L << random.Next(13, 47)) & ~0xfffUL;
                ulong end = at + 0x1000 + ((ulong)random.NextInt64(1L << random.Next(13, 46)) & ~0xfffUL);
                ranges.Add(new AddressRange(at, end));
                at = end + 0x1000;
            }

            RecordingSink sink = new();
            new PageTableWalker<SyntheticTables>(tables)
                .Walk(tables.Root, levels, [.. ranges], SyntheticTables.Frames, NoZeroPage, 300, sink);
            Assert.InRange(tables.Reads, 0, 300 + levels);
            Assert.All(sink.Pages.Keys, page => Assert.Contains(ranges, range => range.Start <= page && page < range.End));
        }
    }

    [Fact]
    public void Walking_makes_no_garbage()
    {
        const ulong Start = 0x7f00_0000_0000;
        SyntheticTables tables = new(4);
        for (ulong page = 0; page < 5000; page++)
        {
            tables.Set(Start + (page << 12), 1, ((0x200 + page) << 12) | Accessed);
        }

        PageTableWalker<SyntheticTables> walker = new(tables);
        AddressRange[] ranges = [new(Start, Start + (1UL << 30))];
        CountingSink sink = new();
        walker.Walk(tables.Root, 4, ranges, SyntheticTables.Frames, NoZeroPage, 1000, sink);
        int walks = 0;
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (int i = 0; i < 100; i++, walks++)
            {
                walker.Walk(tables.Root, 4, ranges, SyntheticTables.Frames, NoZeroPage, 1000, sink);
            }
        }));
        Assert.Equal((walks + 1) * 10L, sink.Chunks);
    }

    private static RecordingSink Walk(SyntheticTables tables, int levels, out WalkResult result, params AddressRange[] ranges)
    {
        RecordingSink sink = new();
        result = new PageTableWalker<SyntheticTables>(tables)
            .Walk(tables.Root, levels, ranges, SyntheticTables.Frames, NoZeroPage, 10_000, sink);
        return sink;
    }

    private sealed class WantingSink(Func<ulong, bool> wants) : IScanSink
    {
        public List<ulong> Asked { get; } = [];

        public List<ulong> Recorded { get; } = [];

        public bool Wants(ulong chunk)
        {
            Asked.Add(chunk);
            return wants(chunk);
        }

        public void Record(ulong chunk, in ChunkFacts facts) => Recorded.Add(chunk);
    }

    private sealed class CountingSink : IScanSink
    {
        public long Chunks { get; private set; }

        public void Record(ulong chunk, in ChunkFacts facts) => Chunks++;
    }
}
