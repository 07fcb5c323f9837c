namespace Terrace.Core.Machine;

/// <summary>
/// The machine's nodes ordered into tiers, and for each node the nodes that its cold pages go down to and its hot pages go up to,
/// in order of preference. Targets are of another tier, always below or always above, so that following them never returns to
/// where it began.
/// </summary>
public sealed class Topology
{
    private readonly Dictionary<int, int> _tierOfNode = [];
    private readonly Dictionary<int, IReadOnlyList<int>>[] _preferences;
    private readonly Dictionary<int, IReadOnlyList<int>> _below = [];
    private readonly Dictionary<int, MemoryNode> _byId;
    private readonly int?[] _extraLatencyNs;

    /// <summary>
    /// Orders nodes into tiers, or takes the tiers that an operator chose. Nodes without memory belong to none, nor do those
    /// that a choice does not name.
    /// </summary>
    public Topology(IEnumerable<MemoryNode> nodes, TierChoice? choice = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Nodes = [.. nodes.OrderBy(node => node.Id)];
        _byId = Nodes.ToDictionary(node => node.Id);
        Choice = choice;
        Tiers = choice?.Of(Nodes) ?? TierOrder.Of(Nodes);
        _extraLatencyNs = [.. Tiers.Select((_, tier) => BestLatency(tier) > BestLatency(0) ? BestLatency(tier) - BestLatency(0) : null)];
        for (int tier = 0; tier < Tiers.Count; tier++)
        {
            foreach (int node in Tiers[tier])
            {
                _tierOfNode[node] = tier;
            }
        }

        _preferences = [.. Tiers.Select((_, tier) => PreferencesFor(tier))];
        foreach (int node in _tierOfNode.Keys)
        {
            _below[node] = [.. Enumerable.Range(0, Tiers.Count).Skip(TierOf(node) + 1).SelectMany(tier => PreferredIn(tier, node))];
        }
    }

    /// <summary>All nodes, by number.</summary>
    public IReadOnlyList<MemoryNode> Nodes { get; }

    /// <summary>Node numbers of each tier; tier 0 is the fastest.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Tiers { get; }

    /// <summary>The tiers that an operator chose; null when they are by what is known of the nodes.</summary>
    public TierChoice? Choice { get; }

    /// <summary>True when there is a tier below the top one, so that there is something to place.</summary>
    public bool HasSlowTier => Tiers.Count > 1;

    /// <summary>The tier of a node, or -1 when it has no memory or does not exist.</summary>
    public int TierOf(int node) => _tierOfNode.GetValueOrDefault(node, -1);

    /// <summary>
    /// The nodes that cold pages of <paramref name="node"/> go to, the first that has room: those of the next tier, the nearest
    /// first, then those of the tier below that. None in the lowest tier.
    /// </summary>
    public IReadOnlyList<int> DemotionTargetsOf(int node) => _below.GetValueOrDefault(node, []);

    /// <summary>
    /// The top-tier nodes that hot pages of <paramref name="node"/> go to, the first that has room, the nearest first. None in the
    /// top tier.
    /// </summary>
    public IReadOnlyList<int> PromotionTargetsOf(int node) => TierOf(node) > 0 ? PreferredIn(0, node) : [];

    /// <summary>The nodes of a tier as seen from a node of another, the nearest first. Equally near ones are spread.</summary>
    public IReadOnlyList<int> PreferredIn(int tier, int node) => _preferences[tier].GetValueOrDefault(node, []);

    /// <summary>The first of <see cref="DemotionTargetsOf"/>; null for the lowest tier.</summary>
    public int? DemotionTargetOf(int node) => DemotionTargetsOf(node) is [var first, ..] ? first : null;

    /// <summary>The first of <see cref="PromotionTargetsOf"/>; null for the top tier.</summary>
    public int? PromotionTargetOf(int node) => PromotionTargetsOf(node) is [var first, ..] ? first : null;

    /// <summary>Extra read latency of a tier against the top one, nanoseconds; null when the machine does not state latencies.</summary>
    public int? ExtraLatencyNs(int tier) => tier < _extraLatencyNs.Length ? _extraLatencyNs[tier] : null;

    /// <summary>Memory on a node in bytes; 0 for a node that does not exist.</summary>
    public long CapacityBytesOf(int node) => _byId.TryGetValue(node, out MemoryNode? found) ? found.CapacityBytes : 0;

    /// <summary>The distance between two nodes, 10 is local; <see cref="int.MaxValue"/> when the machine does not state it.</summary>
    public int Distance(int from, int to) =>
        _byId.TryGetValue(from, out MemoryNode? node) ? node.Distances.GetValueOrDefault(to, int.MaxValue) : int.MaxValue;

    private int? BestLatency(int tier) =>
        tier < Tiers.Count ? Nodes.Where(node => Tiers[tier].Contains(node.Id)).Min(node => node.ReadLatencyNs) : null;

    /// <summary>
    /// The order in which each node of other tiers prefers the nodes of one. Of the equally near, each takes the one that the
    /// fewest of its own tier took before it, so that no node gets the pages of all while another gets none.
    /// </summary>
    private Dictionary<int, IReadOnlyList<int>> PreferencesFor(int tier)
    {
        Dictionary<int, IReadOnlyList<int>> preferences = [];
        for (int from = 0; from < Tiers.Count; from++)
        {
            Dictionary<int, int> takers = [];
            foreach (int node in from == tier ? [] : Tiers[from])
            {
                List<int> order = [.. Tiers[tier].OrderBy(to => Distance(node, to)).ThenBy(to => to)];
                int nearest = Distance(node, order[0]);
                int equals = order.TakeWhile(to => Distance(node, to) == nearest).Count();
                int first = order.Take(equals).MinBy(to => (takers.GetValueOrDefault(to), to));
                takers[first] = takers.GetValueOrDefault(first) + 1;

                // What does not fit on the first goes round from there: the second choices are spread as well.
                int at = order.IndexOf(first);
                preferences[node] = [.. order[at..equals], .. order[..at], .. order[equals..]];
            }
        }

        return preferences;
    }
}
