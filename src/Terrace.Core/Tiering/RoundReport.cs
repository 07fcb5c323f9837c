using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <summary>What one round of one target saw, decided and did. Reused from round to round: copy what must outlive the call.</summary>
public sealed class RoundReport
{
    /// <summary>The target's process.</summary>
    public int Pid { get; internal set; }

    /// <summary>Rounds of this target so far, this one included.</summary>
    public long Round { get; internal set; }

    /// <summary>When the round ended, from the start of management.</summary>
    public TimeSpan At { get; internal set; }

    /// <summary>Managed pages (4 KiB units) that were mapped at the end of the round.</summary>
    public long Pages { get; internal set; }

    /// <summary>Pages in the top tier before the round's moves.</summary>
    public long FastPagesBefore { get; internal set; }

    /// <summary>Pages in the top tier after the round's moves.</summary>
    public long FastPagesAfter { get; internal set; }

    /// <summary>Pages that the target may have in the top tier.</summary>
    public long BudgetPages { get; internal set; }

    /// <summary>Pages accessed in every scan of the round.</summary>
    public long HotPages { get; internal set; }

    /// <summary>Pages accessed in at least one scan of the round.</summary>
    public long TouchedPages { get; internal set; }

    /// <summary>Pages whose heat is 0: not accessed for several rounds.</summary>
    public long ColdPages { get; internal set; }

    /// <summary>Smallest heat that counts as hot: the hottest pages that fit the budget have at least this much.</summary>
    public int HotThreshold { get; internal set; }

    /// <summary>
    /// Share of accesses that the top tier is estimated to serve, from heat, before the moves; an estimate by accessed bits, not a count. 0 to 1.
    /// </summary>
    public double EstimatedHitRatio { get; internal set; }

    /// <summary>The same of the round before.</summary>
    internal double PreviousHitRatio { get; set; }

    /// <summary>Time between this round's scans.</summary>
    public TimeSpan Interval { get; internal set; }

    /// <summary>Pause before the next round.</summary>
    public TimeSpan Rest { get; internal set; }

    /// <summary>Looks at a sample of slow memory, or at all of it, in the rest before this round.</summary>
    public int Looks { get; internal set; }

    /// <summary>True when one of them saw more of slow memory in use than usual, and so began this round before its rest was over.</summary>
    public bool CalledByLook { get; internal set; }

    /// <summary>Time spent reading page tables in this round.</summary>
    public TimeSpan ReadTime { get; internal set; }

    /// <summary>Time spent clearing accessed bits in this round.</summary>
    public TimeSpan ClearTime { get; internal set; }

    /// <summary>The longest single clear of this round: what the process's own page faults can have waited.</summary>
    public TimeSpan LongestClear { get; internal set; }

    /// <summary>What became of the pages that were to move.</summary>
    public MoveReport Moves { get; } = new();

    /// <summary>Time spent on telling the kernel's reclaim of this round's heat (<see cref="TieringOptions.ShareHeat"/>).</summary>
    public TimeSpan ShareTime { get; internal set; }

    /// <summary>Pages of fast memory that the kernel's reclaim was told are hot, in base pages.</summary>
    public long SharedHotPages { get; internal set; }

    /// <summary>Pages of fast memory that it was told are cold.</summary>
    public long SharedColdPages { get; internal set; }

    /// <summary>Time for which this round's moves were put off because a rate limit had nothing left.</summary>
    public TimeSpan RateLimitWait { get; internal set; }

    /// <summary>Time for which this round, or its moves, were put off because processor time was owed (<see cref="TieringOptions.CpuLimit"/>).</summary>
    public TimeSpan CpuWait { get; internal set; }

    /// <summary>Pages that the planner chose to go up (in a dry run nothing moves).</summary>
    public long PlannedPromotions { get; internal set; }

    /// <summary>Pages that the planner chose to go down.</summary>
    public long PlannedDemotions { get; internal set; }

    /// <summary>Pages that were hot enough to go up but rested because they had just moved: a sign of ping-pong.</summary>
    public long HeldBackResting { get; internal set; }

    /// <summary>Pages that were hotter than a page in fast memory, but not by enough to pay for the exchange.</summary>
    public long HeldBackNotWorth { get; internal set; }

    /// <summary>The areas that have shares of their own; their pages are counted above too.</summary>
    public IReadOnlyList<AreaReport> Areas => AreaReports;

    /// <summary>The same, to be filled.</summary>
    internal List<AreaReport> AreaReports { get; } = [];

    /// <summary>Pages that were chosen to move and were held back for <see cref="BackOff"/>.</summary>
    public long HeldBackPressure { get; internal set; }

    /// <summary>Why moves were slower than they may be, or held back, or the rest is longer.</summary>
    public BackOffReasons BackOff { get; internal set; }

    /// <summary>Part of the usual rate at which it might move, 0 (promotions were held back) to 1, as of its last slice.</summary>
    public double MoveRate { get; internal set; } = 1;

    /// <summary>Pages in each place (see <see cref="Machine.PlaceMap"/>) by heat: entry <c>place × 32 + heat</c>.</summary>
    public long[] Histogram { get; } = new long[Machine.PlaceMap.MaxPlaces * Tracking.HeatMap.HeatLevels];
}
