using Terrace.Core.Layout;

namespace Terrace.Cli.Layout;

/// <summary>Where the pages of a memory are, next to where a layout says that they should be: every page is counted.</summary>
internal sealed class LayoutCensus(MemoryLayout layout)
{
    private readonly SortedDictionary<int, long> _on = [];
    private readonly SortedDictionary<int, long> _toCome = [];
    private readonly List<FrameRange> _runs = [];
    private bool _tooMany;

    /// <summary>Pages in memory.</summary>
    public long InUse { get; private set; }

    /// <summary>Pages that are on another node than the layout says.</summary>
    public long Elsewhere { get; private set; }

    /// <summary>Nodes with pages on them or still to come.</summary>
    public IEnumerable<int> Nodes => _on.Keys.Union(_toCome.Keys);

    /// <summary>Where each page is, as a layout; null when that is more ranges than a layout can have.</summary>
    public MemoryLayout? AsLayout => _tooMany ? null : MemoryLayout.Of(_runs);

    /// <summary>Pages on a node.</summary>
    public long On(int node) => _on.GetValueOrDefault(node);

    /// <summary>Pages on other nodes that the layout wants on this one.</summary>
    public long ToCome(int node) => _toCome.GetValueOrDefault(node);

    /// <summary>Counts a run of pages; called in ascending order.</summary>
    public void Add(ulong first, ReadOnlySpan<int> nodes)
    {
        foreach (FrameRange run in new NodeRuns(first, nodes))
        {
            AddRun(run);
        }
    }

    private void AddRun(FrameRange run)
    {
        long pages = (long)(run.End - run.Start);
        InUse += pages;
        _on[run.Node] = On(run.Node) + pages;
        foreach (FrameRange wanted in layout.Within(run.Start, run.End).Ranges)
        {
            if (wanted.Node != run.Node)
            {
                long elsewhere = (long)(wanted.End - wanted.Start);
                Elsewhere += elsewhere;
                _toCome[wanted.Node] = ToCome(wanted.Node) + elsewhere;
            }
        }

        if (_runs.Count > 0 && _runs[^1].End == run.Start && _runs[^1].Node == run.Node)
        {
            _runs[^1] = _runs[^1] with { End = run.End };
        }
        else if (_runs.Count < MemoryLayout.MaxRanges)
        {
            _runs.Add(run);
        }
        else
        {
            _tooMany = true;
        }
    }
}
