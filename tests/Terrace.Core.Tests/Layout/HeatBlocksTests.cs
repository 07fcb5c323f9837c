using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Layout;
using Terrace.Core.Machine;

namespace Terrace.Core.Tests.Layout;

/// <summary>Memory of 0..40 and 64..80, in blocks of 16 pages; nodes 0 and 1 are fast, 2 and 3 slow.</summary>
public sealed class HeatBlocksTests
{
    private static readonly PageSpan[] s_memory = [new(4, 40), new(64, 80)];
    private static readonly Topology s_topology = new(
        Enumerable.Range(0, 4).Select(node => new MemoryNode(node, 1 << 30, [], Distances(node)) { KernelTier = node < 2 ? 4 : 15 }));

    private static readonly Arbitrary<(int Node, int Heat)[]> s_pages =
        (from node in Gen.Choose(-1, 3)
         from heat in Gen.Choose(0, 5)
         select (node, heat)).ArrayOf(52).ToArbitrary();

    [Property]
    public Property Every_page_is_counted_in_its_block_and_blocks_begin_at_multiples_of_their_size() =>
        Prop.ForAll(s_pages, Gen.Choose(1, 9).ToArbitrary(), (pages, window) =>
        {
            (HeatBlocks blocks, Dictionary<ulong, (int Node, int Heat)> all) = Count(pages, window);
            IReadOnlyList<HeatBlock> found = blocks.End();
            Assert.Equal([new(4, 16), new(16, 32), new(32, 40), new(64, 80)], found.Select(block => block.Span));
            foreach (HeatBlock block in found)
            {
                (int Node, int Heat)[] inside =
                [
                    .. all.Where(page => block.Span.Start <= page.Key && page.Key < block.Span.End && page.Value.Node >= 0)
                        .Select(page => page.Value),
                ];
                Assert.Equal(inside.Length, block.InUsePages);
                Assert.Equal(inside.Sum(page => page.Heat), block.Heat);
                Assert.Equal(inside.Count(page => page.Node < 2), block.FastPages);
                Assert.Equal(inside.Where(page => page.Node < 2).Sum(page => page.Heat), block.FastHeat);
                Assert.Equal(inside.Count(page => page.Node == block.FastNode), block.OnFastNode);
                Assert.Equal(inside.Count(page => page.Node == block.SlowNode), block.OnSlowNode);
                Assert.Equal((0, 1), (s_topology.TierOf(block.FastNode), s_topology.TierOf(block.SlowNode)));

                // No other node of its tier has more of it: a block stays where it is.
                Assert.Equal(
                    inside.Where(page => page.Node < 2).GroupBy(page => page.Node).Select(node => node.Count()).DefaultIfEmpty().Max(),
                    block.OnFastNode);
                Assert.Equal(
                    inside.Where(page => page.Node >= 2).GroupBy(page => page.Node).Select(node => node.Count()).DefaultIfEmpty().Max(),
                    block.OnSlowNode);
            }

            Assert.Equal(found.Sum(block => block.InUsePages), blocks.InUsePages);
            Assert.Equal(found.Sum(block => block.FastPages), blocks.FastPages);
        });

    [Property]
    public Property No_plan_in_blocks_is_better_than_one_in_pages_of_the_same_share() =>
        Prop.ForAll(s_pages, Gen.Choose(0, 52).ToArbitrary(), (pages, share) =>
        {
            (HeatBlocks blocks, Dictionary<ulong, (int Node, int Heat)> all) = Count(pages, 7);
            LayoutPlan plan = LayoutPlanner.Plan(blocks.End(), share, 0);
            long best = all.Values.Where(page => page.Node >= 0).Select(page => page.Heat).OrderDescending().Take(share).Sum();
            Assert.Equal(best, blocks.HeatOfHottest(share));
            Assert.InRange(plan.HeatThen, 0, best);
        });

    [Fact]
    public void Heat_is_counted_up_to_its_most_and_nowhere_but_in_the_memory()
    {
        PageHeat heat = new(s_memory);
        foreach (ulong page in new ulong[] { 3, 4, 39, 40, 64, 80 })
        {
            heat.Add(page, 15);
            heat.Add(page, 3);
        }

        Assert.Equal([0, 18, 18, 0, 18, 0], new ulong[] { 3, 4, 39, 40, 64, 80 }.Select(heat.Of));
        heat.Add(64, PageHeat.Most);
        Assert.Equal(PageHeat.Most, heat.Of(64));
    }

    [Fact]
    public void A_block_with_nothing_in_memory_goes_where_most_of_the_others_are()
    {
        HeatBlocks blocks = new([new PageSpan(0, 48)], 16, s_topology, new PageHeat([new PageSpan(0, 48)]));
        blocks.Add(0, [.. Enumerable.Repeat(1, 16), .. Enumerable.Repeat(-1, 16), .. Enumerable.Repeat(3, 16)]);
        Assert.Equal((1, 3), blocks.End().Select(block => (block.FastNode, block.SlowNode)).ElementAt(1));
    }

    private static (HeatBlocks Blocks, Dictionary<ulong, (int Node, int Heat)> Pages) Count((int Node, int Heat)[] pages, int window)
    {
        PageHeat heat = new(s_memory);
        Dictionary<ulong, (int Node, int Heat)> all = [];
        HeatBlocks blocks = new(s_memory, 16, s_topology, heat);
        int next = 0;
        foreach (PageSpan span in s_memory)
        {
            for (ulong page = span.Start; page < span.End; page++)
            {
                heat.Add(page, pages[next].Heat);
                all.Add(page, pages[next++]);
            }
        }

        foreach (PageSpan span in s_memory)
        {
            for (ulong page = span.Start; page < span.End; page += (ulong)window)
            {
                blocks.Add(
                    page, [.. Enumerable.Range(0, (int)Math.Min((ulong)window, span.End - page)).Select(i => all[page + (ulong)i].Node)]);
            }
        }

        return (blocks, all);
    }

    private static Dictionary<int, int> Distances(int node) =>
        Enumerable.Range(0, 4).ToDictionary(other => other, other => other == node ? 10 : 10 + Math.Abs(other - node));
}
