namespace Terrace.Core.Layout;

/// <summary>Runs of blocks of one size that are on one node, gathered from runs of pages in ascending order.</summary>
internal sealed class BlockRuns(int shift, int maxRuns)
{
    private readonly List<FrameRange> _runs = [];
    private readonly SortedDictionary<int, ulong> _counts = [];
    private ulong _block;
    private bool _hasPages;

    /// <summary>Blocks have 1 &lt;&lt; this pages.</summary>
    public int Shift => shift;

    /// <summary>The runs, ascending.</summary>
    public IReadOnlyList<FrameRange> Runs => _runs;

    /// <summary>There were more runs than allowed: what else it says means nothing.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Pages that were added.</summary>
    public ulong Pages { get; private set; }

    /// <summary>Pages on another node than their block's.</summary>
    public ulong ElsewherePages { get; private set; }

    /// <summary>Takes in pages of one node, which come after all that were added.</summary>
    public void Add(ulong start, ulong end, int node)
    {
        Pages += end - start;
        while (start < end && !IsOver)
        {
            ulong block = start >> shift;
            if (block != _block)
            {
                Finish();
                _block = block;
            }

            ulong next = (block + 1) << shift;
            if (start == block << shift && end >= next)
            {
                // Whole blocks, as many as there are.
                ulong last = end >> shift;
                Append(start, last << shift, node);
                start = last << shift;
                _block = last;
                continue;
            }

            ulong here = Math.Min(end, next) - start;
            _counts[node] = _counts.GetValueOrDefault(node) + here;
            _hasPages = true;
            start += here;
        }
    }

    /// <summary>Ends the block that pages were added to last.</summary>
    public void Finish()
    {
        if (!_hasPages)
        {
            return;
        }

        int most = -1;
        ulong pages = 0;
        ulong all = 0;
        foreach ((int node, ulong count) in _counts)
        {
            all += count;
            (most, pages) = count > pages ? (node, count) : (most, pages);
        }

        _counts.Clear();
        _hasPages = false;
        ElsewherePages += all - pages;
        Append(_block << shift, (_block + 1) << shift, most);
    }

    /// <summary>Starts over.</summary>
    public void Clear()
    {
        _runs.Clear();
        _counts.Clear();
        (_block, _hasPages, IsOver, Pages, ElsewherePages) = (0, false, false, 0, 0);
    }

    private void Append(ulong start, ulong end, int node)
    {
        if (_runs.Count > 0 && _runs[^1] is var last && last.End == start && last.Node == node)
        {
            _runs[^1] = last with { End = end };
        }
        else if (_runs.Count < maxRuns)
        {
            _runs.Add(new FrameRange(start, end, node));
        }
        else
        {
            IsOver = true;
            _runs.Clear();
        }
    }
}
