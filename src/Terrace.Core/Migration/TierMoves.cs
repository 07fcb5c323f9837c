namespace Terrace.Core.Migration;

/// <summary>What became of the pages that were to go from one tier to another (see <see cref="Machine.Tier"/>).</summary>
public sealed class TierMoves
{
    /// <summary>The tier they were in.</summary>
    public int From { get; private set; }

    /// <summary>The tier they were to go to.</summary>
    public int To { get; private set; }

    /// <summary>What became of them, in base pages.</summary>
    public MoveTally Pages { get; } = new();

    /// <summary>Makes it an empty count for two tiers.</summary>
    internal void Reset(int from, int to)
    {
        (From, To) = (from, to);
        Pages.Clear();
    }
}
