using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Linux.SecondLevel;
using Terrace.Linux.Tests.Trackers.PageTables;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux.Tests.SecondLevel;

public sealed class SecondLevelWalkerTests
{
    // KVM's own bits of entries (arch/x86/kvm/mmu/spte.h): the host may write, and KVM's MMU may.
    private const ulong Nested = 0x607;
    private const ulong Accessed = 1 << 5;
    private const ulong Huge = 1 << 7;

    [Fact]
    public void Frames_that_the_guest_accessed_are_marked_through_base_and_huge_pages()
    {
        SyntheticTables tables = new(4);
        tables.Set(0x1000, 1, (0x200UL << 12) | Nested | Accessed);
        tables.Set(0x2000, 1, (0x201UL << 12) | Nested);
        tables.Set(0x20_0000, 2, (0x400UL << 12) | Nested | Huge | Accessed);
        tables.Set(0x40_0000, 2, (0x600UL << 12) | Nested | Huge);
        tables.Set(0x4000_0000, 3, (0x4_0000UL << 12) | Nested | Huge | Accessed);
        FrameMarks marks = Walk(tables, SecondLevelFormat.NestedPageTables, frames: 0x10_0000);
        Assert.Equal([0x200], Marked(marks, 0, 0x400));
        Assert.Equal(512, Marked(marks, 0x400, 0x800).Length);
        Assert.Equal(1 + 512 + 0x4_0000, marks.Count);
        Assert.True(marks.HasInHugePage(0x400));
        Assert.False(marks.HasInHugePage(0x600));
        marks.Clear();
        Assert.True(marks.IsEmpty);
        Assert.Equal(0, marks.Count);
        Assert.False(marks.Has(0x200));
    }

    [Fact]
    public void Extended_page_tables_have_their_bits_elsewhere()
    {
        SyntheticTables tables = new(4);
        tables.Set(0x1000, 1, (0x200UL << 12) | 0x4 | (1 << 8));
        tables.Set(0x2000, 1, (0x201UL << 12) | 0x4 | (1 << 5));
        tables.Set(0x3000, 1, (0x202UL << 12) | (1 << 8));
        Assert.Equal([0x200], Marked(Walk(tables, SecondLevelFormat.ExtendedPageTables, 0x1000), 0, 0x1000));
    }

    [Fact]
    public void Entries_that_name_no_memory_and_tables_that_are_torn_do_no_harm()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            SyntheticTables tables = new(4);
            for (int page = 0; page < 20; page++)
            {
                tables.Set((ulong)random.NextInt64(1L << 32) & ~0xFFFUL, 1, ((ulong)random.NextInt64(1 << 20) << 12) | Nested | Accessed);
            }

            tables.Corrupt(random.Next(100), _ => (ulong)random.NextInt64() | (uint)random.Next(2));
            Walk(tables, SecondLevelFormat.NestedPageTables, 0x1000);
            Assert.InRange(tables.Reads, 1, 1001);
        }
    }

    [Fact]
    public void Pages_of_the_process_whose_frames_its_guest_accessed_count_as_accessed_whatever_their_own_entry_says()
    {
        const ulong Start = 0x7f00_0000_0000;
        SyntheticTables tables = new(4);
        tables.Set(Start, 1, (0x200UL << 12) | 0x47);
        tables.Set(Start + 0x1000, 1, (0x201UL << 12) | 0x47);
        tables.Set(Start + 0x2000, 1, (0x202UL << 12) | 0x67);
        tables.Set(Start + Chunk.Bytes, 2, (0x400UL << 12) | 0xc7);
        tables.Set(Start + (2 * Chunk.Bytes), 2, (0x600UL << 12) | 0xc7);
        FrameMarks marks = new();
        marks.Reserve(0x1000);
        marks.Mark(0x201, 1);
        marks.Mark(0x450, 1);
        RecordingSink sink = new();
        PageTableWalker<SyntheticTables> walker = new(tables) { Marks = marks };
        walker.Walk(
            tables.Root, 4, [new AddressRange(Start, Start + (3 * Chunk.Bytes))], SyntheticTables.Frames, ulong.MaxValue, 1000, sink);
        Assert.Equal([false, true, true], sink.Pages.Values.Take(3).Select(page => page.Accessed));
        Assert.True(sink.Pages[Start + Chunk.Bytes].Accessed);
        Assert.False(sink.Pages[Start + (2 * Chunk.Bytes)].Accessed);
        Assert.Equal(Start + 0x1000, walker.GuestPage);
    }

    private static FrameMarks Walk(SyntheticTables tables, SecondLevelFormat format, ulong frames)
    {
        FrameMarks marks = new();
        marks.Reserve(frames);
        new SecondLevelWalker<SyntheticTables>(tables).Walk(tables.Root, 4, format, 1000, marks);
        return marks;
    }

    private static int[] Marked(FrameMarks marks, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Where(frame => marks.Has((ulong)frame))];
}
