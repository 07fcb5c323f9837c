using System.Runtime.InteropServices;
using Terrace.Core.Machine;

namespace Terrace.Core.Migration;

/// <summary>What became of the pages that one round was to move, or many. Storage is reused from round to round.</summary>
public sealed class MoveReport
{
    private readonly List<TierMoves> _byTier = [];
    private int _count;

    /// <summary>Pages that the planner chose to go up (in a dry run nothing moves).</summary>
    public long PlannedPromotions { get; internal set; }

    /// <summary>Pages that the planner chose to go down.</summary>
    public long PlannedDemotions { get; internal set; }

    /// <summary>What became of pages that were to go up, in base pages.</summary>
    public MoveTally Promoted { get; } = new();

    /// <summary>What became of pages that were to go down, in base pages.</summary>
    public MoveTally Demoted { get; } = new();

    /// <summary>The same by tier: an entry for each pair of tiers between which a move was tried, in order of the first.</summary>
    public ReadOnlySpan<TierMoves> ByTier => CollectionsMarshal.AsSpan(_byTier)[.._count];

    /// <summary>Time spent in migration calls.</summary>
    public TimeSpan Time { get; internal set; }

    /// <summary>Pages that were planned, whatever became of them.</summary>
    public long Total => Promoted.Total + Demoted.Total;

    /// <summary>Pages that arrived, in either direction.</summary>
    public long Moved => Promoted.Moved + Demoted.Moved;

    /// <summary>Pages with a result, in either direction.</summary>
    public long this[MoveResult result] => Promoted[result] + Demoted[result];

    /// <summary>Where pages that lay like <paramref name="before"/> are after these moves.</summary>
    public TierPages After(TierPages before)
    {
        foreach (TierMoves moves in ByTier)
        {
            before.Add(moves.From, -moves.Pages.Moved);
            before.Add(moves.To, moves.Pages.Moved);
        }

        return before;
    }

    /// <summary>Adds the moves of another report to these.</summary>
    public void Add(MoveReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        PlannedPromotions += other.PlannedPromotions;
        PlannedDemotions += other.PlannedDemotions;
        Promoted.Add(other.Promoted);
        Demoted.Add(other.Demoted);
        Time += other.Time;
        foreach (TierMoves moves in other.ByTier)
        {
            Between(moves.From, moves.To).Pages.Add(moves.Pages);
        }
    }

    /// <summary>Counts <paramref name="pages"/> base pages of one move under its result.</summary>
    internal void Add(int from, int to, bool isPromotion, MoveResult result, long pages)
    {
        (isPromotion ? Promoted : Demoted).Add(result, pages);
        Between(Tier.Reported(from), Tier.Reported(to)).Pages.Add(result, pages);
    }

    /// <summary>Sets every count and the time to 0.</summary>
    internal void Clear()
    {
        (PlannedPromotions, PlannedDemotions, Time) = (0, 0, TimeSpan.Zero);
        Promoted.Clear();
        Demoted.Clear();
        _count = 0;
    }

    private TierMoves Between(int from, int to)
    {
        foreach (TierMoves known in ByTier)
        {
            if (known.From == from && known.To == to)
            {
                return known;
            }
        }

        if (_count == _byTier.Count)
        {
            _byTier.Add(new TierMoves());
        }

        TierMoves moves = _byTier[_count++];
        moves.Reset(from, to);
        return moves;
    }
}
