using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Layout;

namespace Terrace.Core.Tests.Layout;

/// <summary>Against the simplest thing that says the same: an array with a node for each page.</summary>
public sealed class MemoryLayoutTests
{
    private const int Pages = 96;

    // What is done to a layout: (kind, start, length, node).
    private static readonly Arbitrary<(int Kind, int Start, int Length, int Node)[]> s_steps =
        (from kind in Gen.Choose(0, 4)
         from start in Gen.Choose(0, Pages - 1)
         from length in Gen.Choose(1, Pages / 2)
         from node in Gen.Choose(0, 3)
         select (kind, start, length, node)).ArrayOf().ToArbitrary();

    [Property]
    public Property Any_sequence_of_changes_leaves_what_the_same_changes_leave_in_a_flat_array() =>
        Prop.ForAll(s_steps, steps =>
        {
            (MemoryLayout layout, int[] flat) = Build(steps);
            AssertSame(flat, layout);
        });

    [Property]
    public Property Ranges_are_ascending_and_neighbours_that_touch_are_on_different_nodes() =>
        Prop.ForAll(s_steps, steps =>
        {
            FrameRange[] ranges = [.. Build(steps).Layout.Ranges];
            Assert.All(ranges, range => Assert.True(range.Start < range.End));
            Assert.All(
                ranges.Zip(ranges.Skip(1)),
                pair => Assert.True(
                    pair.First.End < pair.Second.Start || (pair.First.End == pair.Second.Start && pair.First.Node != pair.Second.Node)));
        });

    [Property]
    public Property The_diff_is_every_page_whose_node_differs_and_no_other_and_applying_it_leads_from_one_to_the_other() =>
        Prop.ForAll(s_steps, s_steps, (first, second) =>
        {
            (MemoryLayout before, int[] flatBefore) = Build(first);
            (MemoryLayout after, int[] flatAfter) = Build(second);
            IReadOnlyList<LayoutChange> changes = MemoryLayout.Diff(before, after);
            int[] applied = [.. flatBefore];
            foreach (LayoutChange change in changes)
            {
                for (ulong page = change.Start; page < change.End; page++)
                {
                    Assert.Equal((flatBefore[page], flatAfter[page]), (change.From, change.To));
                    Assert.NotEqual(change.From, change.To);
                    applied[page] = change.To;
                }
            }

            Assert.Equal(flatAfter, applied);
            Assert.All(changes.Zip(changes.Skip(1)), pair => Assert.True(
                pair.First.End < pair.Second.Start
                    || (pair.First.End == pair.Second.Start && (pair.First.From, pair.First.To) != (pair.Second.From, pair.Second.To))));
        });

    [Property]
    public Property A_part_of_a_layout_says_the_same_of_its_pages_and_nothing_of_others() =>
        Prop.ForAll(s_steps, Gen.Choose(0, Pages).Two().ToArbitrary(), (steps, cut) =>
        {
            (MemoryLayout layout, int[] flat) = Build(steps);
            int[] kept = [.. flat.Select((node, page) => page >= cut.Item1 && page < cut.Item2 ? node : -1)];
            AssertSame(kept, layout.Within((ulong)cut.Item1, (ulong)cut.Item2));
        });

    [Property]
    public Property A_stripe_gives_each_block_the_next_node_and_a_new_span_begins_a_block() =>
        Prop.ForAll(Gen.Choose(1, 9).ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (block, nodes, hole) =>
        {
            int[] numbers = [.. Enumerable.Range(0, nodes).Select(node => node * 2)];
            PageSpan[] spans = [new(3, 40), new((ulong)(40 + hole), 90)];
            int[] flat = [.. Enumerable.Repeat(-1, Pages)];
            int next = -1;
            foreach (PageSpan span in spans)
            {
                for (ulong page = span.Start; page < span.End; page++)
                {
                    next += (page - span.Start) % (ulong)block == 0 ? 1 : 0;
                    flat[page] = numbers[next % nodes];
                }
            }

            AssertSame(flat, MemoryLayout.Stripe(spans, (ulong)block, numbers));
        });

    [Fact]
    public void Everything_is_pushed_to_one_node()
    {
        MemoryLayout layout = MemoryLayout.Push([new(0, 10), new(10, 20), new(30, 40)], 7);
        Assert.Equal(new[] { new FrameRange(0, 20, 7), new FrameRange(30, 40, 7) }, layout.Ranges.ToArray());
        Assert.Equal((30UL, 40UL), (layout.Pages, layout.End));
    }

    /// <summary>
    /// Look-ups go through a table of blocks: borders of very unequal ranges, far apart and crowded, and numbers up to the
    /// highest.
    /// </summary>
    [Theory]
    [InlineData(0UL, 1UL)]
    [InlineData(1UL << 20, 3UL)]
    [InlineData(1UL << 62, 1UL << 40)]
    [InlineData(ulong.MaxValue - 3_000_000, 7UL)]
    public void Look_ups_are_exact_at_every_border_of_very_unequal_ranges(ulong first, ulong scale)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            List<FrameRange> ranges = [];
            ulong at = first;
            for (int i = 0; i < 400; i++)
            {
                // Few long ones among many short ones.
                ulong most = i % 50 == 0 ? 1000UL * scale : 5;
                ulong start = at + (random.Next(3) == 0 ? (ulong)random.NextInt64(1, (long)most + 1) : 0);
                ulong end = start + (ulong)random.NextInt64(1, (long)most + 1);
                ranges.Add(new FrameRange(start, end, random.Next(5)));
                at = end;
            }

            MemoryLayout layout = MemoryLayout.Of(ranges);
            foreach (
                ulong page in ranges.SelectMany(
                    range => new[]
                    {
                        range.Start - 1,
                        range.Start,
                        range.Start + ((range.End - range.Start) / 2),
                        range.End - 1,
                        range.End,
                    }))
            {
                int node = ranges.Where(range => range.Start <= page && page < range.End)
                    .Select(range => range.Node)
                    .DefaultIfEmpty(-1)
                    .Single();
                Assert.Equal(node, layout.NodeOf(page));
            }
        }
    }

    [Fact]
    public void The_empty_layout_says_nothing_of_any_page()
    {
        Assert.Equal(-1, MemoryLayout.Empty.NodeOf(0));
        Assert.Equal(-1, MemoryLayout.Empty.NodeOf(ulong.MaxValue));
        Assert.Equal((0UL, 0UL, 0), (MemoryLayout.Empty.Pages, MemoryLayout.Empty.End, MemoryLayout.Empty.Ranges.Length));
        Assert.Empty(MemoryLayout.Diff(MemoryLayout.Empty, MemoryLayout.Empty));
    }

    [Fact]
    public void What_is_no_layout_is_refused()
    {
        Assert.Contains(
            "also in",
            Assert.Throws<ArgumentException>(() => MemoryLayout.Of([new(0, 10, 0), new(9, 12, 1)])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MemoryLayout.Of([new(5, 5, 0)]));
        Assert.Throws<ArgumentException>(() => MemoryLayout.Of([new(6, 5, 0)]));
        Assert.Throws<ArgumentException>(() => MemoryLayout.Of([new(0, 5, -1)]));
        Assert.Throws<ArgumentException>(() => MemoryLayout.Of([new(0, 5, MemoryLayout.MaxNode + 1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryLayout.Stripe([new(0, 5)], 0, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryLayout.Stripe([new(0, 5)], 1, []));
        Assert.Contains(
            "too many",
            Assert.Throws<ArgumentException>(() => MemoryLayout.Stripe([new(0, 1UL << 40)], 1, [0, 1])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ranges_that_crowd_in_parts_of_memory_are_found_as_well_as_others(int seed)
    {
        // Crowds of short ranges, and crowds within them, with holes and long ranges between.
        Random random = new(seed);
        List<FrameRange> ranges = [];
        ulong at = (ulong)random.Next(1000);
        for (int i = 0; i < 4000; i++)
        {
            int longest = (i / 500 % 3) switch { 0 => 3, 1 => 40, _ => 4 };
            ulong end = at + (ulong)random.Next(1, longest);
            ranges.Add(new FrameRange(at, end, i % 5));
            at = end + (random.Next(100) == 0 ? (ulong)random.Next(1 << (i / 250 % 18)) : (ulong)random.Next(2));
        }

        MemoryLayout layout = MemoryLayout.Of(ranges);
        int range = 0;
        for (ulong page = 0; page < at + 10; page += page > ranges[^1].End || random.Next(3) > 0 ? 1UL : 2UL)
        {
            while (range < ranges.Count && ranges[range].End <= page)
            {
                range++;
            }

            int expected = range < ranges.Count && ranges[range].Start <= page ? ranges[range].Node : -1;
            if (layout.NodeOf(page) != expected)
            {
                Assert.Fail($"page {page}: {layout.NodeOf(page)} instead of {expected}");
            }
        }
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        MemoryLayout layout = MemoryLayout.Stripe([new(0, 10_000)], 10, [0, 1, 2]);
        long sum = layout.NodeOf(1);
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (ulong page = 0; page < 10_000; page++)
            {
                sum += layout.NodeOf(page);
            }
        }));
        Assert.True(sum > 0);
    }

    private static (MemoryLayout Layout, int[] Flat) Build((int Kind, int Start, int Length, int Node)[] steps)
    {
        MemoryLayout layout = MemoryLayout.Empty;
        int[] flat = [.. Enumerable.Repeat(-1, Pages)];
        foreach ((int kind, int start, int length, int node) in steps)
        {
            int end = Math.Min(start + length, Pages);
            PageSpan span = new((ulong)start, (ulong)end);
            switch (kind)
            {
                case 0:
                    layout = layout.Without(span.Start, span.End);
                    flat.AsSpan(start..end).Fill(-1);
                    break;
                case 1:
                    layout = layout.With(MemoryLayout.Stripe([span], 2, [node, 3, 1]));
                    int[] turn = [node, 3, 1];
                    for (int page = start; page < end; page++)
                    {
                        flat[page] = turn[(page - start) / 2 % 3];
                    }

                    break;
                default:
                    layout = layout.With(span.Start, span.End, node);
                    flat.AsSpan(start..end).Fill(node);
                    break;
            }
        }

        return (layout, flat);
    }

    private static void AssertSame(int[] flat, MemoryLayout layout)
    {
        for (int page = 0; page < flat.Length + 3; page++)
        {
            Assert.Equal(page < flat.Length ? flat[page] : -1, layout.NodeOf((ulong)page));
        }

        Assert.Equal((ulong)flat.Count(node => node >= 0), layout.Pages);
        Assert.Equal((ulong)(Array.FindLastIndex(flat, node => node >= 0) + 1), layout.End);
    }
}
