namespace Terrace.Core.Layout;

/// <summary>
/// Which node each page of some memory is, or should be, on: an ordered map of ranges of pages (page frames, guest-physical pages
/// or pages of a file) to nodes. Pages in no
/// range belong to no node. Immutable: each change makes another layout, and readers of this one are never disturbed
/// (<see cref="LayoutBook"/> has the one in force).
/// </summary>
public sealed class MemoryLayout
{
    /// <summary>Ranges that a layout may have: 1 TiB striped in blocks of 256 KiB.</summary>
    public const int MaxRanges = 1 << 22;

    /// <summary>The highest number that a node may have (CONFIG_NODES_SHIFT goes to 10).</summary>
    public const int MaxNode = 1023;

    private readonly FrameRange[] _ranges;

    // The starts of ranges and of the holes between them, and the node of each; -1 for a hole.
    private readonly StartIndex _index;
    private readonly int[] _nodes;
    private readonly ulong _first;
    private readonly ulong _span;

    private MemoryLayout(List<FrameRange> merged)
    {
        if (merged.Count > MaxRanges)
        {
            throw new ArgumentException($"a layout of {merged.Count} ranges; at most {MaxRanges}", nameof(merged));
        }

        _ranges = [.. merged];
        List<ulong> starts = new(merged.Count + 1);
        List<int> nodes = new(merged.Count + 1);
        foreach (FrameRange range in merged)
        {
            if (starts.Count > 0 && _span < range.Start - _first)
            {
                starts.Add(_first + _span);
                nodes.Add(-1);
            }
            else if (starts.Count == 0)
            {
                _first = range.Start;
            }

            starts.Add(range.Start);
            nodes.Add(range.Node);
            _span = range.End - _first;
            Pages += range.End - range.Start;
        }

        _nodes = [.. nodes];
        _index = new StartIndex([.. starts], _span);
    }

    /// <summary>The layout that says nothing of any page.</summary>
    public static MemoryLayout Empty { get; } = new([]);

    /// <summary>The ranges, ascending; neighbours that touch are on different nodes.</summary>
    public ReadOnlySpan<FrameRange> Ranges => _ranges;

    /// <summary>Pages in any range.</summary>
    public ulong Pages { get; }

    /// <summary>One past the last page in any range; 0 for the empty layout.</summary>
    public ulong End => _first + _span;

    /// <summary>Makes a layout of ranges in any order; those of one node that touch become one.</summary>
    /// <exception cref="ArgumentException">Two overlap, one is empty or backwards, a node is below 0 or above
    /// <see cref="MaxNode"/>, or there are more than <see cref="MaxRanges"/>.</exception>
    public static MemoryLayout Of(IEnumerable<FrameRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        List<FrameRange> merged = [];
        foreach (FrameRange range in ranges.OrderBy(range => range.Start))
        {
            if (range.Start >= range.End)
            {
                throw new ArgumentException($"range {range.Start}..{range.End} of node {range.Node} is empty", nameof(ranges));
            }

            if (range.Node is < 0 or > MaxNode)
            {
                throw new ArgumentException(
                    $"range {range.Start}..{range.End} is on node {range.Node}; nodes are 0 to {MaxNode}", nameof(ranges));
            }

            if (merged.Count > 0 && merged[^1].End > range.Start)
            {
                throw new ArgumentException(
                    $"pages {range.Start}..{range.End} of node {range.Node} are also in a range of node {merged[^1].Node}", nameof(ranges));
            }

            Append(merged, range);
        }

        return new MemoryLayout(merged);
    }

    /// <summary>All pages of some spans on one node.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Of"/>.</exception>
    public static MemoryLayout Push(IEnumerable<PageSpan> spans, int node) =>
        Of(spans.Select(span => new FrameRange(span.Start, span.End, node)));

    /// <summary>
    /// The pages of some ascending spans in blocks of <paramref name="blockPages"/>, one node after the other and from the first
    /// again. A span begins a block of its own, on the node that is next, so that
    /// a hole in memory does not shift what comes after it against its alignment.
    /// </summary>
    /// <exception cref="ArgumentException">No nodes, blocks without pages, or as for <see cref="Of"/>.</exception>
    public static MemoryLayout Stripe(IEnumerable<PageSpan> spans, ulong blockPages, IReadOnlyList<int> nodes)
    {
        ArgumentNullException.ThrowIfNull(spans);
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfZero(blockPages);
        ArgumentOutOfRangeException.ThrowIfZero(nodes.Count, nameof(nodes));
        List<FrameRange> blocks = [];
        int next = 0;
        foreach (PageSpan span in spans)
        {
            if (span.Pages / blockPages >= (ulong)(MaxRanges - blocks.Count))
            {
                throw new ArgumentException(
                    $"{span.Pages} pages in blocks of {blockPages} are too many ranges; at most {MaxRanges}", nameof(blockPages));
            }

            for (ulong start = span.Start; start < span.End;)
            {
                ulong end = span.End - start > blockPages ? start + blockPages : span.End;
                blocks.Add(new FrameRange(start, end, nodes[next++ % nodes.Count]));
                start = end;
            }
        }

        return Of(blocks);
    }

    /// <summary>
    /// All ranges whose node is another in <paramref name="after"/> than in <paramref name="before"/>, ascending; neighbours of
    /// the same change are one.
    /// </summary>
    public static IReadOnlyList<LayoutChange> Diff(MemoryLayout before, MemoryLayout after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        List<LayoutChange> changes = [];
        foreach (LayoutChange piece in Pieces(before, after).Where(piece => piece.From != piece.To))
        {
            if (changes.Count > 0 && changes[^1] is var last && last.End == piece.Start && last.From == piece.From && last.To == piece.To)
            {
                changes[^1] = last with { End = piece.End };
            }
            else
            {
                changes.Add(piece);
            }
        }

        return changes;
    }

    /// <summary>The node of a page, or -1. Takes no lock and allocates nothing.</summary>
    public int NodeOf(ulong page)
    {
        int entry = _index.Find(page);
        return entry < 0 ? -1 : _nodes[entry];
    }

    /// <summary>
    /// This layout with what <paramref name="over"/> says in place of what it said of the same pages: ranges are split and merged
    /// as needed.
    /// </summary>
    public MemoryLayout With(MemoryLayout over)
    {
        ArgumentNullException.ThrowIfNull(over);
        return OfPieces(Pieces(this, over).Select(piece => new FrameRange(piece.Start, piece.End, piece.To >= 0 ? piece.To : piece.From)));
    }

    /// <summary>This layout with one range on a node.</summary>
    public MemoryLayout With(ulong start, ulong end, int node) => With(Of([new FrameRange(start, end, node)]));

    /// <summary>This layout without a run of pages, of which it then says nothing.</summary>
    public MemoryLayout Without(ulong start, ulong end) =>
        start >= end
            ? this
            : OfPieces(
                Pieces(this, Of([new FrameRange(start, end, 0)]))
                    .Where(piece => piece.To < 0)
                    .Select(piece => new FrameRange(piece.Start, piece.End, piece.From)));

    /// <summary>What this layout says of a run of pages, and nothing of others.</summary>
    public MemoryLayout Within(ulong start, ulong end)
    {
        List<FrameRange> inside = [];
        for (int i = FirstEndingAfter(start); start < end && i < _ranges.Length && _ranges[i].Start < end; i++)
        {
            FrameRange range = _ranges[i];
            inside.Add(range with { Start = Math.Max(range.Start, start), End = Math.Min(range.End, end) });
        }

        return new MemoryLayout(inside);
    }

    private static MemoryLayout OfPieces(IEnumerable<FrameRange> ascending)
    {
        List<FrameRange> merged = [];
        foreach (FrameRange range in ascending)
        {
            Append(merged, range);
        }

        return new MemoryLayout(merged);
    }

    private static void Append(List<FrameRange> merged, FrameRange range)
    {
        if (merged.Count > 0 && merged[^1] is var last && last.End == range.Start && last.Node == range.Node)
        {
            merged[^1] = last with { End = range.End };
        }
        else
        {
            merged.Add(range);
        }
    }

    // The pages of either, in runs that lie in one range (or none) of each.
    private static IEnumerable<LayoutChange> Pieces(MemoryLayout before, MemoryLayout after)
    {
        ulong at = 0;
        int i = 0;
        int j = 0;
        while (true)
        {
            while (i < before._ranges.Length && before._ranges[i].End <= at)
            {
                i++;
            }

            while (j < after._ranges.Length && after._ranges[j].End <= at)
            {
                j++;
            }

            if (i == before._ranges.Length && j == after._ranges.Length)
            {
                yield break;
            }

            ulong end = ulong.MaxValue;
            int from = before.At(i, at, ref end);
            int to = after.At(j, at, ref end);
            if (from >= 0 || to >= 0)
            {
                yield return new LayoutChange(at, end, from, to);
            }

            at = end;
        }
    }

    // The node of range i at a page that it does not end before; where that changes next bounds the end.
    private int At(int i, ulong page, ref ulong end)
    {
        if (i == _ranges.Length)
        {
            return -1;
        }

        FrameRange range = _ranges[i];
        bool inside = range.Start <= page;
        end = Math.Min(end, inside ? range.End : range.Start);
        return inside ? range.Node : -1;
    }

    private int FirstEndingAfter(ulong page)
    {
        int low = 0;
        int high = _ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ranges[middle].End <= page)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
