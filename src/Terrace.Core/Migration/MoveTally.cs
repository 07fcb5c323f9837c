using Terrace.Core.Machine;

namespace Terrace.Core.Migration;

/// <summary>Counts pages by what became of their move.</summary>
public sealed class MoveTally
{
    private readonly long[] _pages = new long[(int)MoveResult.ProcessGone + 1];

    /// <summary>Pages with a result, in base pages.</summary>
    public long this[MoveResult result] => _pages[(int)result];

    /// <summary>Pages that arrived.</summary>
    public long Moved => this[MoveResult.Moved];

    /// <summary>Pages that were planned, whatever became of them.</summary>
    public long Total => _pages.Sum();

    /// <summary>Counts <paramref name="pages"/> base pages under a result.</summary>
    internal void Add(MoveResult result, long pages) => _pages[(int)result] += pages;

    /// <summary>Adds another tally to this one.</summary>
    public void Add(MoveTally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < _pages.Length; i++)
        {
            _pages[i] += other._pages[i];
        }
    }

    /// <summary>Sets every count to 0.</summary>
    internal void Clear() => Array.Clear(_pages);
}
