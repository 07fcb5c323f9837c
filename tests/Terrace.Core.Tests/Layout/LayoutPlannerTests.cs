using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Layout;

namespace Terrace.Core.Tests.Layout;

/// <summary>Against all choices of blocks that there are, on memory of a few blocks.</summary>
public sealed class LayoutPlannerTests
{
    private const int Fast = 0;
    private const int Slow = 1;
    private const int BlockPages = 8;
    private const int Scans = 10;

    // Blocks of 8 pages, the first and the last perhaps smaller, each in memory or not, here, there or divided; heat often alike.
    private static readonly Arbitrary<(int First, int Last, (int Heat, int OnFast, int OnSlow)[] Blocks)> s_memories =
        (from first in Gen.Choose(1, BlockPages)
         from last in Gen.Choose(1, BlockPages)
         from blocks in (from heat in Gen.Choose(0, 4)
                         from fast in Gen.Choose(0, 2)
                         from slow in Gen.Choose(0, 2)
                         select (heat, fast, slow)).ArrayOf()
         select (first, last, blocks.Take(10).ToArray())).ToArbitrary();

    private static readonly Arbitrary<int> s_shares = Gen.Choose(0, 10 * BlockPages).ToArbitrary();

    [Property]
    public Property Never_are_more_pages_fast_than_the_share_and_every_page_has_a_place() =>
        Prop.ForAll(s_memories, s_shares, (memory, share) =>
        {
            HeatBlock[] blocks = BlocksOf(memory);
            LayoutPlan plan = LayoutPlanner.Plan(blocks, share, Scans);
            Assert.InRange(plan.FastPages, 0, share);
            Assert.Equal(plan.FastPages, PagesOn(plan.Layout, Fast));
            Assert.Equal(blocks.Sum(block => (long)block.Span.Pages), (long)plan.Layout.Pages);
            Assert.All(blocks, block => Assert.Equal(plan.Layout.NodeOf(block.Span.Start), plan.Layout.NodeOf(block.Span.End - 1)));
        });

    [Property]
    public Property No_other_choice_within_the_share_has_more_heat_less_moves() =>
        Prop.ForAll(s_memories, s_shares, Gen.Elements(0, Scans).ToArbitrary(), (memory, share, scans) =>
        {
            HeatBlock[] blocks = BlocksOf(memory);
            LayoutPlan plan = LayoutPlanner.Plan(blocks, share, scans);
            long best = long.MinValue;
            for (int choice = 0; choice < 1 << blocks.Length; choice++)
            {
                if (blocks.Where((_, i) => (choice & (1 << i)) != 0).Sum(block => (long)block.Span.Pages) <= share)
                {
                    best = Math.Max(best, WorthOf(blocks, i => (choice & (1 << i)) != 0, scans));
                }
            }

            Assert.Equal(best, WorthOf(blocks, i => plan.Layout.NodeOf(blocks[i].Span.Start) == Fast, scans));
        });

    [Property]
    public Property What_it_says_of_heat_and_moves_is_what_the_layout_does() =>
        Prop.ForAll(s_memories, s_shares, (memory, share) =>
        {
            HeatBlock[] blocks = BlocksOf(memory);
            LayoutPlan plan = LayoutPlanner.Plan(blocks, share, Scans);
            bool IsFast(HeatBlock block) => plan.Layout.NodeOf(block.Span.Start) == Fast;
            Assert.Equal(blocks.Where(IsFast).Sum(block => block.Heat), plan.HeatThen);
            Assert.Equal(blocks.Sum(block => block.FastHeat), plan.HeatNow);
            Assert.Equal(blocks.Where(IsFast).Sum(block => block.OnSlowNode), plan.UpPages);
            Assert.Equal(blocks.Where(block => !IsFast(block)).Sum(block => block.OnFastNode), plan.DownPages);
        });

    [Property]
    public Property When_it_was_carried_out_and_heat_is_the_same_the_plan_is_the_same() =>
        Prop.ForAll(s_memories, s_shares, (memory, share) =>
        {
            HeatBlock[] blocks = BlocksOf(memory);
            LayoutPlan plan = LayoutPlanner.Plan(blocks, share, Scans);
            LayoutPlan again = LayoutPlanner.Plan(
                [.. blocks.Select(block => Moved(block, plan.Layout.NodeOf(block.Span.Start) == Fast))], share, Scans);
            Assert.Equal(plan.Layout.Ranges.ToArray(), again.Layout.Ranges.ToArray());
            Assert.Equal((0, 0), (again.UpPages, again.DownPages));
            Assert.Equal(plan.HeatThen, again.HeatNow);
        });

    [Fact]
    public void Of_blocks_about_as_hot_as_each_other_those_stay_fast_that_are_so()
    {
        HeatBlock[] blocks =
        [
            Block(0, heat: 43, onFast: 0, onSlow: 8),
            Block(1, heat: 40, onFast: 8, onSlow: 0),
            Block(2, heat: 0, onFast: 0, onSlow: 8),
        ];
        Assert.Equal(
            new FrameRange[] { new(0, 8, Slow), new(8, 16, Fast), new(16, 24, Slow) },
            LayoutPlanner.Plan(blocks, BlockPages, Scans).Layout.Ranges.ToArray());

        blocks[0] = blocks[0] with { Heat = 60 };
        Assert.Equal(
            new FrameRange[] { new(0, 8, Fast), new(8, 24, Slow) }, LayoutPlanner.Plan(blocks, BlockPages, Scans).Layout.Ranges.ToArray());
    }

    [Fact]
    public void What_is_hardly_touched_is_not_moved_up_although_there_is_room()
    {
        HeatBlock[] blocks = [Block(0, heat: 3, onFast: 0, onSlow: 8), Block(1, heat: 0, onFast: 8, onSlow: 0)];
        LayoutPlan plan = LayoutPlanner.Plan(blocks, 2 * BlockPages, Scans);
        Assert.Equal((Slow, Fast, 0L, 0L), (plan.Layout.NodeOf(0), plan.Layout.NodeOf(8), plan.UpPages, plan.DownPages));
    }

    private static long WorthOf(HeatBlock[] blocks, Func<int, bool> isFast, int scans) => blocks.Select((block, i) => isFast(i)
        ? (block.Heat * LayoutPlanner.Reluctance) - (block.OnSlowNode * scans)
        : -block.OnFastNode * scans).Sum();

    private static long PagesOn(MemoryLayout layout, int node)
    {
        long pages = 0;
        foreach (FrameRange range in layout.Ranges)
        {
            pages += range.Node == node ? (long)(range.End - range.Start) : 0;
        }

        return pages;
    }

    private static HeatBlock[] BlocksOf((int First, int Last, (int Heat, int OnFast, int OnSlow)[] Blocks) memory)
    {
        List<HeatBlock> blocks = [];
        ulong at = (ulong)(BlockPages - memory.First);
        for (int i = 0; i < memory.Blocks.Length; i++)
        {
            ulong end = (ulong)((i + 1) * BlockPages);
            end = i > 0 && i == memory.Blocks.Length - 1 ? end - (ulong)(BlockPages - memory.Last) : end;
            (int heat, int fast, int slow) = memory.Blocks[i];
            long pages = (long)(end - at);
            long onFast = Math.Min(fast * 4, pages);
            long onSlow = Math.Min(slow * 4, pages - onFast);
            blocks.Add(new HeatBlock
            {
                Span = new PageSpan(at, end),
                FastNode = Fast,
                SlowNode = Slow,
                InUsePages = onFast + onSlow,
                Heat = heat * (onFast + onSlow),
                FastHeat = heat * onFast,
                FastPages = onFast,
                OnFastNode = onFast,
                OnSlowNode = onSlow,
            });
            at = end;
        }

        return [.. blocks];
    }

    private static HeatBlock Moved(HeatBlock block, bool toFast) => block with
    {
        FastHeat = toFast ? block.Heat : 0,
        FastPages = toFast ? block.InUsePages : 0,
        OnFastNode = toFast ? block.InUsePages : 0,
        OnSlowNode = toFast ? 0 : block.InUsePages,
    };

    private static HeatBlock Block(int number, long heat, long onFast, long onSlow) => new()
    {
        Span = new PageSpan((ulong)(number * BlockPages), (ulong)((number + 1) * BlockPages)),
        FastNode = Fast,
        SlowNode = Slow,
        InUsePages = onFast + onSlow,
        Heat = heat,
        FastHeat = onFast > 0 ? heat : 0,
        FastPages = onFast,
        OnFastNode = onFast,
        OnSlowNode = onSlow,
    };
}
