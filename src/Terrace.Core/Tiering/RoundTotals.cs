using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <summary>
/// What was done, added up: for one target, for a group, or for all. True at every instant, within a round too, for moves; what
/// rounds cost is added when they end. Allocates only when pages move between two tiers for the first time.
/// </summary>
public sealed class RoundTotals
{
    /// <summary>Rounds that were finished.</summary>
    public long Rounds { get; private set; }

    /// <summary>Scans that failed; the caller counts them, because a round that was broken off has no report.</summary>
    public long FailedScans { get; set; }

    /// <summary>What became of all moves.</summary>
    public MoveReport Moves { get; } = new();

    /// <summary>Pages held back, counted again in each round.</summary>
    public HeldBackPages HeldBack { get; private set; }

    /// <summary>Pages whose heat was shared, counted again in each round.</summary>
    public SharedPages Shared { get; private set; }

    /// <summary>Huge pages that were split, and put together again.</summary>
    public (long Split, long Joined) HugePages { get; private set; }

    /// <summary>Time taken; the longest clear is that of all rounds.</summary>
    public RoundCost Cost { get; private set; }

    /// <summary>Adds moves as <see cref="IRoundObserver.OnMoves"/> reports them.</summary>
    public void AddMoves(MoveReport moves) => Moves.Add(moves);

    /// <summary>Adds a finished round without its moves, which were added as they were made.</summary>
    public void Add(RoundReport report)
    {
        AddBrokenOff(report);
        Rounds++;
    }

    /// <summary>Adds what a round cost that was not finished, without its moves.</summary>
    public void AddBrokenOff(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        HeldBack += report.HeldBack;
        Shared += report.Shared;
        HugePages = (HugePages.Split + report.HugePages.NowSplit, HugePages.Joined + report.HugePages.NowJoined);
        Cost += report.Cost;
    }
}
