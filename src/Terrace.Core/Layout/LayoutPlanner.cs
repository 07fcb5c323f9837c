namespace Terrace.Core.Layout;

/// <summary>
/// Chooses the blocks that are to be on fast nodes: of all choices that keep to the share one with the most heat there, less what
/// moving costs. What is seen of a block in some scans is a sample of what it does, so that a page
/// is moved only when that is worth more than <see cref="Reluctance"/> of being accessed all the time: of blocks about as hot as
/// each other those stay that lie there, and the same heat gives the same plan again.
/// </summary>
/// <remarks>
/// Blocks are of one size, except for those at the ends of the memory's spans. Of equal ones the best choice is that of the most
/// worth one by one; the few others are tried in all combinations (up to <see cref="MostOdd"/> of
/// them, in the order of their worth; more stay slow).
/// </remarks>
public static class LayoutPlanner
{
    /// <summary>A move must gain this fraction of the scans: one in N.</summary>
    public const int Reluctance = 20;

    /// <summary>Blocks of other sizes than the rest that are considered.</summary>
    public const int MostOdd = 10;

    /// <summary>Plans.</summary>
    /// <param name="blocks">All blocks of the memory, ascending.</param>
    /// <param name="sharePages">Pages, in memory or not, that may be on fast nodes at most.</param>
    /// <param name="scans">Scans that the blocks' heat was counted in; 0 to look at heat alone, whatever is moved for it.</param>
    public static LayoutPlan Plan(IReadOnlyList<HeatBlock> blocks, long sharePages, int scans)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfNegative(sharePages);
        ArgumentOutOfRangeException.ThrowIfNegative(scans);
        HashSet<int> fast = Choose(blocks, sharePages, scans);
        List<FrameRange> ranges = [];
        long fastPages = 0;
        long up = 0;
        long down = 0;
        long then = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            HeatBlock block = blocks[i];
            bool chosen = fast.Contains(i);
            ranges.Add(new FrameRange(block.Span.Start, block.Span.End, chosen ? block.FastNode : block.SlowNode));
            fastPages += chosen ? (long)block.Span.Pages : 0;
            up += chosen ? block.InUsePages - block.OnFastNode : 0;
            down += chosen ? 0 : block.InUsePages - block.OnSlowNode;
            then += chosen ? block.Heat : 0;
        }

        return new LayoutPlan
        {
            Layout = MemoryLayout.Of(ranges),
            FastPages = fastPages,
            UpPages = up,
            DownPages = down,
            Heat = blocks.Sum(block => block.Heat),
            HeatNow = blocks.Sum(block => block.FastHeat),
            HeatThen = then,
        };
    }

    /// <summary>
    /// What it is worth to have a block on its fast node rather than on its slow one: its heat there, and the moves that are
    /// saved, or those that it takes.
    /// </summary>
    public static long WorthOf(HeatBlock block, int scans)
    {
        ArgumentNullException.ThrowIfNull(block);
        return (block.Heat * Reluctance) + ((block.OnFastNode - block.OnSlowNode) * scans);
    }

    private static HashSet<int> Choose(IReadOnlyList<HeatBlock> blocks, long sharePages, int scans)
    {
        long whole = blocks.Count == 0 ? 1 : blocks.Max(block => (long)block.Span.Pages);
        List<int> inOrder =
        [
            .. Enumerable.Range(0, blocks.Count)
                .Where(i => WorthOf(blocks[i], scans) > 0)
                .OrderByDescending(i => WorthOf(blocks[i], scans))
                .ThenByDescending(i => blocks[i].OnFastNode)
                .ThenBy(i => i),
        ];
        List<int> equal = [.. inOrder.Where(i => (long)blocks[i].Span.Pages == whole)];
        List<int> odd = [.. inOrder.Where(i => (long)blocks[i].Span.Pages != whole).Take(MostOdd)];
        (long Worth, long Kept)[] ofFirst = new (long, long)[equal.Count + 1];
        for (int i = 0; i < equal.Count; i++)
        {
            ofFirst[i + 1] = (ofFirst[i].Worth + WorthOf(blocks[equal[i]], scans), ofFirst[i].Kept + blocks[equal[i]].OnFastNode);
        }

        (int Odd, int Equal) best = default;
        (long Worth, long Kept) most = (-1, 0);
        for (int subset = 0; subset < 1 << odd.Count; subset++)
        {
            List<int> taken = Of(odd, subset);
            long left = sharePages - taken.Sum(i => (long)blocks[i].Span.Pages);
            if (left < 0)
            {
                continue;
            }

            int count = (int)Math.Min(left / whole, equal.Count);
            (long Worth, long Kept) sum = (
                ofFirst[count].Worth + taken.Sum(i => WorthOf(blocks[i], scans)),
                ofFirst[count].Kept + taken.Sum(i => blocks[i].OnFastNode));
            if (sum.CompareTo(most) > 0)
            {
                (best, most) = ((subset, count), sum);
            }
        }

        return [.. Of(odd, best.Odd), .. equal.Take(best.Equal)];
    }

    private static List<int> Of(List<int> items, int subset) => [.. items.Where((_, i) => (subset & (1 << i)) != 0)];
}
