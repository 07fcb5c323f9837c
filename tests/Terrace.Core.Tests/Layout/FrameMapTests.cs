using FsCheck.Xunit;
using Terrace.Core.Layout;
using Terrace.Core.Machine;

namespace Terrace.Core.Tests.Layout;

public sealed class FrameMapTests
{
    private static readonly PlaceMap Places = new(new Topology(
    [
        new MemoryNode(0, 1 << 30, [0, 1], new Dictionary<int, int> { [0] = 10, [1] = 20 }),
        new MemoryNode(1, 1 << 30, [], new Dictionary<int, int> { [0] = 20, [1] = 10 }),
        new MemoryNode(2, 0, [2], new Dictionary<int, int>()),
    ]));

    [Property]
    public void Lookup_agrees_with_a_plain_search_for_any_layout(int[] lengths)
    {
        // Alternating holes and runs on nodes 0, 1 and 2 (which has no place).
        List<FrameRange> ranges = [];
        ulong at = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            ulong length = (ulong)(Math.Abs((long)lengths[i]) % 7);
            if (i % 3 != 0 && length > 0)
            {
                ranges.Add(new FrameRange(at, at + length, i % 4 % 3));
            }

            at += length;
        }

        FrameMap map = new(ranges.AsEnumerable().Reverse(), Places);
        Assert.Equal(ranges.Sum(range => (long)(range.End - range.Start)), map.Frames);
        for (ulong frame = 0; frame < at + 3; frame++)
        {
            int node = ranges.Where(range => range.Start <= frame && frame < range.End)
                .Select(range => range.Node)
                .DefaultIfEmpty(-1)
                .Single();
            Assert.Equal(node, map.NodeOf(frame));
            Assert.Equal(node < 0 ? -1 : Places.PlaceOf(node), map.PlaceOf(frame));
        }
    }

    [Theory]
    [InlineData(600UL)]
    [InlineData(1UL << 20)]
    [InlineData(1UL << 38)]
    public void Lookup_is_exact_at_every_border_of_large_runs(ulong length)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            List<FrameRange> ranges = [];
            ulong at = 0;
            for (int i = 0; i < 8; i++)
            {
                ulong start = at + (random.Next(2) == 0 ? 0 : (ulong)random.NextInt64(1, (long)length));
                ulong end = start + (ulong)random.NextInt64(1, (long)length);
                ranges.Add(new FrameRange(start, end, random.Next(3)));
                at = end;
            }

            FrameMap map = new(ranges, Places);
            foreach (
                ulong frame in ranges.SelectMany(
                    range => new[] { range.Start - 1, range.Start, (range.Start + range.End) / 2, range.End - 1, range.End }))
            {
                int node = ranges.Where(range => range.Start <= frame && frame < range.End)
                    .Select(range => range.Node)
                    .DefaultIfEmpty(-1)
                    .Single();
                Assert.Equal(node < 0 ? -1 : Places.PlaceOf(node), map.PlaceOf(frame));
            }
        }
    }

    [Fact]
    public void Touching_runs_of_one_node_are_one_run()
    {
        FrameMap map = new([new FrameRange(8, 16, 0), new FrameRange(0, 8, 0), new FrameRange(16, 20, 1)], Places);
        Assert.Equal(2, map.Ranges.Length);
        Assert.Equal(new FrameRange(0, 16, 0), map.Ranges[0]);
        Assert.Equal(20UL, map.End);
    }

    [Theory]
    [InlineData(0, 8, 4, 12)]
    [InlineData(0, 8, 3, 3)]
    public void Overlapping_and_empty_runs_are_refused(ulong start1, ulong end1, ulong start2, ulong end2) =>
        Assert.Throws<ArgumentException>(() => new FrameMap([new FrameRange(start1, end1, 0), new FrameRange(start2, end2, 1)], Places));
}
