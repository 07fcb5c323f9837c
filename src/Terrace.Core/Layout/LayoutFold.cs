using System.Numerics;

namespace Terrace.Core.Layout;

/// <summary>
/// Tells where pages are in a bounded number of ranges: in blocks of the smallest power of two of pages at which runs of blocks
/// on one node are few enough. A block is on the node of most of its pages
/// that are in memory, of several with as many on the lowest. One pass over the pages serves all sizes of blocks: each keeps its
/// own runs and is dropped when there are too many of them.
/// </summary>
/// <remarks>Used again for the same memory it allocates only its result.</remarks>
public sealed class LayoutFold
{
    private readonly BlockRuns[] _sizes;
    private readonly Dictionary<int, ulong> _pagesOf = [];

    /// <summary>For memory that ends before page <paramref name="endPage"/>, in at most <paramref name="maxRanges"/> ranges.</summary>
    public LayoutFold(int maxRanges, ulong endPage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRanges, 1);
        MaxRanges = maxRanges;
        EndPage = endPage;

        // In the largest blocks there are not more blocks than ranges.
        ulong least = Math.Max((endPage / (ulong)maxRanges) + 1, 1);
        _sizes = [.. Enumerable.Range(0, BitOperations.Log2(least) + 2).Select(shift => new BlockRuns(shift, maxRanges))];
    }

    /// <summary>Ranges that a result has at most.</summary>
    public int MaxRanges { get; }

    /// <summary>One past the last page that may be added.</summary>
    public ulong EndPage { get; }

    /// <summary>
    /// Takes in a run of pages, -1 for one that is not in memory. Called in ascending order; its form is that of a survey's
    /// callback.
    /// </summary>
    public void Add(ulong first, ReadOnlySpan<int> nodes)
    {
        foreach (FrameRange run in new NodeRuns(first, nodes))
        {
            _pagesOf[run.Node] = _pagesOf.GetValueOrDefault(run.Node) + (run.End - run.Start);
            foreach (BlockRuns size in _sizes)
            {
                size.Add(run.Start, run.End, run.Node);
            }
        }
    }

    /// <summary>What was added, in the smallest blocks that are few enough; then starts over.</summary>
    public FoldedLayout Finish()
    {
        foreach (BlockRuns size in _sizes)
        {
            size.Finish();
        }

        BlockRuns finest = _sizes.First(size => !size.IsOver);
        FoldedLayout folded = new(
            1UL << finest.Shift, [.. finest.Runs], finest.Pages, finest.ElsewherePages, new Dictionary<int, ulong>(_pagesOf));
        _pagesOf.Clear();
        foreach (BlockRuns size in _sizes)
        {
            size.Clear();
        }

        return folded;
    }
}
