namespace Terrace.Core.Placement;

/// <summary>Where pages of one place go.</summary>
/// <param name="Node">The node; -1 when they stay.</param>
/// <param name="Place">That node's place.</param>
/// <param name="UpperTier">The upper tier of the boundary they cross.</param>
public readonly record struct MoveRoute(int Node, int Place, int UpperTier = 0)
{
    /// <summary>Pages stay where they are.</summary>
    public static MoveRoute None => new(-1, -1);
}
