using Terrace.Core.Layout;

namespace Terrace.Core.Tests.Layout;

public sealed class LayoutFoldTests
{
    [Fact]
    public void A_thousand_layouts_are_told_in_the_finest_blocks_that_are_few_enough_and_every_page_is_counted()
    {
        Random random = new(5);
        for (int i = 0; i < 1000; i++)
        {
            int[] pages = Pages(random, random.Next(1, 600));
            int most = random.Next(1, 40);
            LayoutFold fold = new(most, (ulong)pages.Length);
            Add(fold, pages, random);
            FoldedLayout folded = fold.Finish();
            ulong block = 1;
            List<FrameRange> runs;
            ulong elsewhere;
            while (!TryTell(pages, block, most, out runs, out elsewhere))
            {
                block *= 2;
            }

            Assert.Equal(block, folded.BlockPages);
            Assert.Equal(runs, folded.Ranges);
            Assert.Equal(elsewhere, folded.ElsewherePages);
            Assert.Equal((ulong)pages.Count(node => node >= 0), folded.InUsePages);
            Assert.All(folded.PagesOf, node => Assert.Equal((ulong)pages.Count(page => page == node.Key), node.Value));
            Assert.Equal(pages.Where(node => node >= 0).Distinct().Order(), folded.PagesOf.Keys.Order());
        }
    }

    [Fact]
    public void It_is_used_again_as_if_it_were_new()
    {
        LayoutFold fold = new(2, 8);
        fold.Add(0, [0, 1, 1, 1, 0, 1, 0, 0]);
        Assert.Equal(4UL, fold.Finish().BlockPages);
        fold.Add(0, [0, 0, 0, 0, 1, 1, 1, 1]);
        FoldedLayout again = fold.Finish();
        Assert.Equal((1UL, 8UL, 0UL), (again.BlockPages, again.InUsePages, again.ElsewherePages));
        Assert.Equal([new FrameRange(0, 4, 0), new FrameRange(4, 8, 1)], again.Ranges);
    }

    [Fact]
    public void Holes_and_pages_that_are_not_in_memory_are_in_no_range()
    {
        LayoutFold fold = new(16, 1 << 21);
        fold.Add(0, [-1, 2, 2, -1]);
        fold.Add(1 << 20, [2]);
        Assert.Equal([new FrameRange(1, 3, 2), new FrameRange(1 << 20, (1 << 20) + 1, 2)], fold.Finish().Ranges);
    }

    private static int[] Pages(Random random, int count)
    {
        int[] pages = new int[count];
        int longest = random.Next(1, 200);
        for (int i = 0; i < count;)
        {
            int node = random.Next(-1, 4);
            for (int end = Math.Min(count, i + random.Next(1, longest + 1)); i < end; i++)
            {
                pages[i] = node;
            }
        }

        return pages;
    }

    private static void Add(LayoutFold fold, int[] pages, Random random)
    {
        for (int i = 0; i < pages.Length;)
        {
            int end = Math.Min(pages.Length, i + random.Next(1, 100));
            fold.Add((ulong)i, pages.AsSpan(i, end - i));
            i = end;
        }
    }

    private static bool TryTell(int[] pages, ulong block, int most, out List<FrameRange> runs, out ulong elsewhere)
    {
        runs = [];
        elsewhere = 0;
        for (int start = 0; start < pages.Length; start += (int)block)
        {
            IGrouping<int, int>[] nodes =
            [
                .. pages.Skip(start)
                    .Take((int)block)
                    .Where(node => node >= 0)
                    .GroupBy(node => node)
                    .OrderByDescending(node => node.Count())
                    .ThenBy(node => node.Key),
            ];
            if (nodes.Length == 0)
            {
                continue;
            }

            elsewhere += (ulong)nodes.Skip(1).Sum(node => node.Count());
            FrameRange run = new((ulong)start, (ulong)start + block, nodes[0].Key);
            if (runs.Count > 0 && runs[^1].End == run.Start && runs[^1].Node == run.Node)
            {
                runs[^1] = runs[^1] with { End = run.End };
            }
            else
            {
                runs.Add(run);
            }
        }

        return runs.Count <= most;
    }
}
