namespace Terrace.Core.Tiering;

/// <summary>
/// By how much a target misses its share of fast memory at the end of a round, and why. Storage is reused from round to round.
/// </summary>
public sealed class MissedShare
{
    private int[] _fullNodes = [];
    private int _fullCount;

    /// <summary>
    /// Pages that it lacks in the top tier; below zero, pages that it has there beyond its share. 0 when it has its share within a
    /// hundredth of its pages.
    /// </summary>
    public long Pages { get; internal set; }

    /// <summary>Why; nothing when it has its share, or when nothing stands in its way and it needs more rounds.</summary>
    public MissedReasons Reasons { get; internal set; }

    /// <summary>The nodes that had no room for pages that were to go there, by number.</summary>
    public ReadOnlySpan<int> FullNodes => _fullNodes.AsSpan(0, _fullCount);

    /// <summary>Notes that a node had no room.</summary>
    internal void AddFull(int node)
    {
        int at = FullNodes.BinarySearch(node);
        if (at >= 0)
        {
            return;
        }

        if (_fullCount == _fullNodes.Length)
        {
            Array.Resize(ref _fullNodes, Math.Max(2, _fullCount * 2));
        }

        FullNodes[~at..].CopyTo(_fullNodes.AsSpan(~at + 1));
        _fullNodes[~at] = node;
        _fullCount++;
    }

    /// <summary>Makes it that of a round of which nothing is known yet.</summary>
    internal void Clear() => (Pages, Reasons, _fullCount) = (0, MissedReasons.None, 0);
}
