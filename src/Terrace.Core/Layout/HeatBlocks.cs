using Terrace.Core.Machine;

namespace Terrace.Core.Layout;

/// <summary>
/// Sums the heat of pages by blocks while somebody goes through the memory and says on which node each page is. Blocks begin at
/// multiples of their size, counted from page 0, so that a block of 2 MiB is
/// one huge page; those at the ends of a span are smaller.
/// </summary>
/// <remarks>
/// A block that is to be fast goes to the node of the top tier that has most of it, or else to the one that its pages are
/// promoted to (<see cref="Topology.PromotionTargetOf"/>); one that is not, to the slower node that has
/// most of it, or else to the one that its pages are demoted to. A block that has no page in memory goes where most of the others go.
/// </remarks>
public sealed class HeatBlocks
{
    private readonly IReadOnlyList<PageSpan> _memory;
    private readonly ulong _blockPages;
    private readonly Topology _topology;
    private readonly PageHeat _heat;
    private readonly List<HeatBlock> _blocks = [];
    private readonly Dictionary<int, long> _onNode = [];
    private readonly Dictionary<int, long> _inBlock = [];
    private readonly long[] _pagesByHeat = new long[PageHeat.Most + 1];
    private PageSpan _block;
    private long _blockHeat;
    private long _blockFastHeat;

    /// <summary>Begins, with nothing gone through.</summary>
    /// <param name="memory">Where there is memory, ascending and not touching.</param>
    /// <param name="blockPages">Pages of a block.</param>
    /// <param name="topology">The machine's tiers, of which there are two or more.</param>
    /// <param name="heat">How hot pages are.</param>
    public HeatBlocks(IReadOnlyList<PageSpan> memory, ulong blockPages, Topology topology, PageHeat heat)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(heat);
        ArgumentOutOfRangeException.ThrowIfZero(blockPages);
        ArgumentOutOfRangeException.ThrowIfEqual(topology.HasSlowTier, false, nameof(topology));
        _memory = memory;
        _blockPages = blockPages;
        _topology = topology;
        _heat = heat;
    }

    /// <summary>Pages in memory.</summary>
    public long InUsePages => _pagesByHeat.Sum();

    /// <summary>Pages on nodes of the top tier.</summary>
    public long FastPages => _onNode.Where(node => _topology.TierOf(node.Key) == 0).Sum(node => node.Value);

    /// <summary>
    /// Takes where a run of pages is, -1 for one that is not in memory. Runs come in ascending order, and each page of the memory
    /// is in one of them.
    /// </summary>
    public void Add(ulong first, ReadOnlySpan<int> nodes)
    {
        int at = 0;
        while (at < nodes.Length)
        {
            ulong page = first + (ulong)at;
            if (page >= _block.End)
            {
                EndBlock();
                _block = BlockOf(page);
            }

            int start = at;
            int end = (int)Math.Min((ulong)nodes.Length, _block.End - first);
            while (at < end && nodes[at] == nodes[start])
            {
                at++;
            }

            if (nodes[start] >= 0)
            {
                AddRun(page, at - start, nodes[start]);
            }
        }
    }

    /// <summary>The blocks, ascending; asked for when all was gone through.</summary>
    public IReadOnlyList<HeatBlock> End()
    {
        EndBlock();
        _block = default;
        int fast = Most(_onNode, 0, _topology.Tiers[0][0]);
        int slow = Most(_onNode.Where(node => _topology.TierOf(node.Key) > 0), null, _topology.DemotionTargetOf(fast)!.Value);
        return [.. _blocks.Select(block => block.InUsePages > 0 ? block : block with { FastNode = fast, SlowNode = slow })];
    }

    /// <summary>The heat of the N hottest pages: what no placement in base pages could be better than.</summary>
    public long HeatOfHottest(long pages)
    {
        long heat = 0;
        for (int level = PageHeat.Most; level > 0 && pages > 0; level--)
        {
            long taken = Math.Min(pages, _pagesByHeat[level]);
            heat += taken * level;
            pages -= taken;
        }

        return heat;
    }

    private void AddRun(ulong first, int pages, int node)
    {
        long heat = 0;
        for (ulong page = first; page < first + (ulong)pages; page++)
        {
            int of = _heat.Of(page);
            _pagesByHeat[of]++;
            heat += of;
        }

        _blockHeat += heat;
        _blockFastHeat += _topology.TierOf(node) == 0 ? heat : 0;
        _inBlock[node] = _inBlock.GetValueOrDefault(node) + pages;
    }

    private PageSpan BlockOf(ulong page)
    {
        PageSpan span = _memory.First(span => span.Start <= page && page < span.End);
        ulong start = page / _blockPages * _blockPages;
        return new PageSpan(Math.Max(start, span.Start), span.End - start > _blockPages ? start + _blockPages : span.End);
    }

    private void EndBlock()
    {
        if (_block.Pages == 0)
        {
            return;
        }

        int home = Most(_inBlock, null, _topology.Tiers[0][0]);
        int fast = Most(_inBlock, 0, _topology.PromotionTargetOf(home) ?? home);
        int slow = Most(_inBlock.Where(node => _topology.TierOf(node.Key) > 0), null, _topology.DemotionTargetOf(fast)!.Value);
        _blocks.Add(new HeatBlock
        {
            Span = _block,
            InUsePages = _inBlock.Values.Sum(),
            Heat = _blockHeat,
            FastHeat = _blockFastHeat,
            FastPages = _inBlock.Where(node => _topology.TierOf(node.Key) == 0).Sum(node => node.Value),
            FastNode = fast,
            SlowNode = slow,
            OnFastNode = _inBlock.GetValueOrDefault(fast),
            OnSlowNode = _inBlock.GetValueOrDefault(slow),
        });
        foreach ((int node, long pages) in _inBlock)
        {
            _onNode[node] = _onNode.GetValueOrDefault(node) + pages;
        }

        _inBlock.Clear();
        _blockHeat = 0;
        _blockFastHeat = 0;
    }

    // The node with most pages, of one tier or of any; the lower number of two alike.
    private int Most(IEnumerable<KeyValuePair<int, long>> pages, int? tier, int otherwise) =>
        pages.Where(node => tier is null || _topology.TierOf(node.Key) == tier)
            .OrderByDescending(node => node.Value)
            .ThenBy(node => node.Key)
            .Select(node => (int?)node.Key)
            .FirstOrDefault()
            ?? otherwise;
}
