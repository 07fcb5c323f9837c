namespace Terrace.Core.Machine;

/// <summary>
/// Maps nodes to places and back. A place is what the heat map's place bits can distinguish: two bits with up to four nodes that have
/// memory, four with more. With up to 16 such nodes each is a place of its own; with more, nodes of one tier share places
/// (docs/decisions/0011-kinds-of-tier.md).
/// </summary>
public sealed class PlaceMap
{
    /// <summary>Places that four bits can name, the most that there are.</summary>
    public const int MaxPlaces = 16;

    /// <summary>Place bits of most machines; they name four places.</summary>
    public const int FewBits = 2;

    /// <summary>Place bits of machines with more than four nodes.</summary>
    public const int ManyBits = 4;

    private readonly Dictionary<int, int> _placeOfNode = [];
    private readonly List<IReadOnlyList<int>> _nodes = [];
    private readonly List<int> _tier = [];
    private readonly int[] _placesOfTier = new int[MaxPlaces];

    /// <summary>Derives places from a topology.</summary>
    public PlaceMap(Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        int[] shares = SharesOf(topology);
        for (int tier = 0; tier < topology.Tiers.Count; tier++)
        {
            foreach (IReadOnlyList<int> nodes in Divide(topology, tier, shares[Math.Min(tier, MaxPlaces - 1)]))
            {
                Add(nodes, tier);
            }
        }
    }

    /// <summary>Places in use, at most 16. Lower places are in faster or equal tiers.</summary>
    public int Count => _nodes.Count;

    /// <summary>Place bits that the machine needs: <see cref="FewBits"/> or <see cref="ManyBits"/>.</summary>
    public int Bits => Count > 1 << FewBits ? ManyBits : FewBits;

    /// <summary>The place of a node, or -1 for a node without memory.</summary>
    public int PlaceOf(int node) => _placeOfNode.GetValueOrDefault(node, -1);

    /// <summary>The nodes of a place.</summary>
    public IReadOnlyList<int> NodesOf(int place) => _nodes[place];

    /// <summary>The tier of a place.</summary>
    public int TierOf(int place) => _tier[place];

    /// <summary>Bit mask of all places in use.</summary>
    public int All => (1 << Count) - 1;

    /// <summary>Bit mask of the places of a tier.</summary>
    public int InTier(int tier) => tier < _placesOfTier.Length ? _placesOfTier[tier] : 0;

    /// <summary>Bit mask of the places below a tier.</summary>
    public int BelowTier(int tier)
    {
        int above = 0;
        for (int t = 0; t <= tier; t++)
        {
            above |= InTier(t);
        }

        return All & ~above;
    }

    /// <summary>How many places each tier gets: one for each node, or parts of 16 by their number of nodes.</summary>
    private static int[] SharesOf(Topology topology)
    {
        int[] shares = new int[MaxPlaces];
        int nodes = topology.Tiers.Sum(tier => tier.Count);
        int used = 0;
        for (int tier = 0; tier < Math.Min(topology.Tiers.Count, MaxPlaces); tier++)
        {
            shares[tier] = nodes <= MaxPlaces ? topology.Tiers[tier].Count : 1;
            used += shares[tier];
        }

        // One after another to the tier whose places are the most crowded.
        for (; nodes > MaxPlaces && used < MaxPlaces; used++)
        {
            int most = Enumerable.Range(0, Math.Min(topology.Tiers.Count, MaxPlaces))
                .MaxBy(tier => (double)topology.Tiers[tier].Count / shares[tier]);
            shares[most]++;
        }

        return shares;
    }

    /// <summary>A tier's nodes in as many groups, those together that are near the same nodes of another tier.</summary>
    private static IEnumerable<IReadOnlyList<int>> Divide(Topology topology, int tier, int places)
    {
        List<int> nodes = places == topology.Tiers[tier].Count
            ? [.. topology.Tiers[tier]]
            : [.. topology.Tiers[tier].OrderBy(node => FirstOfNearest(topology, node)).ThenBy(node => node)];
        for (int place = 0; place < places; place++)
        {
            int first = nodes.Count * place / places;
            yield return nodes[first..(nodes.Count * (place + 1) / places)];
        }
    }

    private static int FirstOfNearest(Topology topology, int node)
    {
        IReadOnlyList<int> targets = topology.DemotionTargetsOf(node) is { Count: > 0 } down ? down : topology.PromotionTargetsOf(node);
        return targets.Where(target => topology.Distance(node, target) == topology.Distance(node, targets[0])).DefaultIfEmpty(-1).Min();
    }

    private void Add(IReadOnlyList<int> nodes, int tier)
    {
        // Tiers below the sixteenth share its place.
        int place = Math.Min(Count, MaxPlaces - 1);
        if (place == Count)
        {
            _nodes.Add(nodes);
            _tier.Add(tier);
        }
        else
        {
            _nodes[place] = [.. _nodes[place], .. nodes];
        }

        _placesOfTier[Math.Min(tier, MaxPlaces - 1)] |= 1 << place;
        foreach (int node in nodes)
        {
            _placeOfNode[node] = place;
        }
    }
}
