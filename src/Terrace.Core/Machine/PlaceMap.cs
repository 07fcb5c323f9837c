namespace Terrace.Core.Machine;

/// <summary>
/// Maps nodes to places and back. A place is what the heat map's two place bits can distinguish: with up to four nodes that
/// have memory each node is a place of its own; with more, each tier is (the fourth and lower tiers share the last).
/// </summary>
public sealed class PlaceMap
{
    /// <summary>Places that two bits can name.</summary>
    public const int MaxPlaces = 4;

    private readonly Dictionary<int, int> _placeOfNode = [];
    private readonly List<int>[] _nodes = [[], [], [], []];
    private readonly int[] _tier = new int[MaxPlaces];
    private readonly int[] _placesOfTier = new int[MaxPlaces + 1];

    /// <summary>Derives places from a topology.</summary>
    public PlaceMap(Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        List<int> nodes = [.. topology.Tiers.SelectMany(tier => tier)];
        for (int i = 0; i < nodes.Count; i++)
        {
            int tier = topology.TierOf(nodes[i]);
            int place = nodes.Count <= MaxPlaces ? i : Math.Min(tier, MaxPlaces - 1);
            _placeOfNode[nodes[i]] = place;
            _nodes[place].Add(nodes[i]);
            _tier[place] = tier;
            _placesOfTier[Math.Min(tier, MaxPlaces)] |= 1 << place;
            Count = Math.Max(Count, place + 1);
        }
    }

    /// <summary>Places in use, 1 to 4. Lower places are in faster or equal tiers.</summary>
    public int Count { get; }

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
}
