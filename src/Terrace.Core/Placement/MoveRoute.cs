namespace Terrace.Core.Placement;

/// <summary>
/// Where pages of one place go when they cross a boundary: nodes in order of preference, of which the first takes them that has room.
/// Storage is reused from plan to plan.
/// </summary>
public sealed class MoveRoute
{
    /// <summary>Nodes that a route keeps; further ones are never nearer.</summary>
    public const int MostNodes = 64;

    private int[] _nodes = new int[1];
    private int _count;

    /// <summary>The nodes, the preferred one first; none when pages stay where they are.</summary>
    public ReadOnlySpan<int> Nodes => _nodes.AsSpan(0, _count);

    /// <summary>The upper tier of the boundary that they cross.</summary>
    public int UpperTier { get; private set; }

    /// <summary>A route along which nothing moves.</summary>
    public static MoveRoute None => new();

    /// <summary>A route to some nodes, across the boundary below a tier.</summary>
    public static MoveRoute To(ReadOnlySpan<int> nodes, int upperTier = 0)
    {
        MoveRoute route = new();
        route.Reset(upperTier);
        foreach (int node in nodes)
        {
            route.Add(node);
        }

        return route;
    }

    /// <summary>Makes it a route across a boundary along which nothing moves yet.</summary>
    internal void Reset(int upperTier) => (UpperTier, _count) = (upperTier, 0);

    /// <summary>Adds a node that is less preferred than those before.</summary>
    internal void Add(int node)
    {
        if (_count == MostNodes)
        {
            return;
        }

        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
        }

        _nodes[_count++] = node;
    }

    /// <summary>Makes it the same as another.</summary>
    internal void CopyFrom(MoveRoute other)
    {
        Reset(other.UpperTier);
        foreach (int node in other.Nodes)
        {
            Add(node);
        }
    }

    /// <summary>True when both lead to the same nodes in the same order across the same boundary.</summary>
    internal bool IsSameAs(MoveRoute other) => UpperTier == other.UpperTier && Nodes.SequenceEqual(other.Nodes);
}
