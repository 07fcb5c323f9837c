using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <summary>
/// Rounds added up: of one target, of a group, or of all. Allocates only when pages move between two tiers for the first time.
/// </summary>
public sealed class RoundTotals
{
    /// <summary>Rounds added.</summary>
    public long Rounds { get; private set; }

    /// <summary>Scans that failed; the caller counts them, because a round that was broken off has no report.</summary>
    public long FailedScans { get; set; }

    /// <summary>What became of all moves.</summary>
    public MoveReport Moves { get; } = new();

    /// <summary>Pages held back, counted again in each round.</summary>
    public HeldBackPages HeldBack { get; private set; }

    /// <summary>Pages whose heat was shared, counted again in each round.</summary>
    public SharedPages Shared { get; private set; }

    /// <summary>Time taken; the longest clear is that of all rounds.</summary>
    public RoundCost Cost { get; private set; }

    /// <summary>Adds a finished round.</summary>
    public void Add(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Rounds++;
        Moves.Add(report.Moves);
        HeldBack += report.HeldBack;
        Shared += report.Shared;
        Cost += report.Cost;
    }
}
