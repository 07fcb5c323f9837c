namespace Terrace.Core.Machine;

/// <summary>
/// The machine's nodes ordered into tiers, and for each node the one node its cold pages go down to and the one its hot
/// pages go up to. Every node has at most one of each and following either never returns to where it began
/// (seeds: "fall back to exactly one node", so that pages cannot circle).
/// </summary>
public sealed class Topology
{
    private readonly Dictionary<int, int> _tierOfNode = [];
    private readonly Dictionary<int, int> _demotionTarget = [];
    private readonly Dictionary<int, int> _promotionTarget = [];
    private readonly Dictionary<int, long> _capacityBytes = [];
    private readonly int?[] _extraLatencyNs;

    /// <summary>Orders nodes into tiers. Nodes without memory belong to none.</summary>
    public Topology(IEnumerable<MemoryNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Nodes = [.. nodes.OrderBy(node => node.Id)];
        Tiers = TierOrder.Of(Nodes);
        _extraLatencyNs = [.. Tiers.Select((_, tier) => BestLatency(tier) > BestLatency(0) ? BestLatency(tier) - BestLatency(0) : null)];
        foreach (MemoryNode node in Nodes)
        {
            _capacityBytes[node.Id] = node.CapacityBytes;
        }

        for (int tier = 0; tier < Tiers.Count; tier++)
        {
            foreach (int node in Tiers[tier])
            {
                _tierOfNode[node] = tier;
                if (tier + 1 < Tiers.Count)
                {
                    _demotionTarget[node] = Nearest(node, Tiers[tier + 1]);
                }

                if (tier > 0)
                {
                    _promotionTarget[node] = Nearest(node, Tiers[0]);
                }
            }
        }
    }

    /// <summary>All nodes, by number.</summary>
    public IReadOnlyList<MemoryNode> Nodes { get; }

    /// <summary>Node numbers of each tier; tier 0 is the fastest.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Tiers { get; }

    /// <summary>True when there is a tier below the top one, so that there is something to place.</summary>
    public bool HasSlowTier => Tiers.Count > 1;

    /// <summary>The tier of a node, or -1 when it has no memory or does not exist.</summary>
    public int TierOf(int node) => _tierOfNode.GetValueOrDefault(node, -1);

    /// <summary>The node that cold pages of <paramref name="node"/> go to; null for the lowest tier.</summary>
    public int? DemotionTargetOf(int node) => _demotionTarget.TryGetValue(node, out int target) ? target : null;

    /// <summary>The top-tier node that hot pages of <paramref name="node"/> go to; null for the top tier.</summary>
    public int? PromotionTargetOf(int node) => _promotionTarget.TryGetValue(node, out int target) ? target : null;

    /// <summary>Extra read latency of a tier against the top one, nanoseconds; null when the machine does not state latencies.</summary>
    public int? ExtraLatencyNs(int tier) => tier < _extraLatencyNs.Length ? _extraLatencyNs[tier] : null;

    /// <summary>Memory on a node in bytes; 0 for a node that does not exist.</summary>
    public long CapacityBytesOf(int node) => _capacityBytes.GetValueOrDefault(node);

    private int? BestLatency(int tier) =>
        tier < Tiers.Count ? Nodes.Where(node => Tiers[tier].Contains(node.Id)).Min(node => node.ReadLatencyNs) : null;

    private int Nearest(int from, IReadOnlyList<int> candidates)
    {
        IReadOnlyDictionary<int, int> distances = Nodes.First(node => node.Id == from).Distances;
        return candidates.OrderBy(node => distances.GetValueOrDefault(node, int.MaxValue)).ThenBy(node => node).First();
    }
}
