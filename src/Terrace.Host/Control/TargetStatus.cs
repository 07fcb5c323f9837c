namespace Terrace.Host.Control;

/// <summary>A managed process.</summary>
internal sealed record TargetStatus
{
    public int Pid { get; init; }

    public required string Name { get; init; }

    public string? User { get; init; }

    public string? Vm { get; init; }

    public string? Cgroup { get; init; }

    public required string Tracker { get; init; }

    /// <summary>How its accessed bits were cleared last; null from a daemon that does not say.</summary>
    public string? Clearer { get; init; }


    public long Rounds { get; init; }

    public long Bytes { get; init; }

    public long FastBytes { get; init; }

    public long BudgetBytes { get; init; }

    public long HotBytes { get; init; }

    public long ColdBytes { get; init; }

    /// <summary>
    /// Memory that is left alone because the process chose its placement by a memory policy; not part of <see cref="Bytes"/>.
    /// </summary>
    public long ChosenBytes { get; init; }

    /// <summary>
    /// Memory that cannot be moved, as its moves failed again and again (pinned, or shared with processes of others); not part of
    /// <see cref="Bytes"/>.
    /// </summary>
    public long ImmovableBytes { get; init; }

    /// <summary>
    /// Memory of pools of huge pages (hugetlbfs) that is left alone, because its accesses cannot be seen; not part of
    /// <see cref="Bytes"/>.
    /// </summary>
    public long UntrackedBytes { get; init; }

    /// <summary>
    /// Mappings of shared memory beyond the 64 of the same pages that are followed: accesses through them are not seen.
    /// </summary>
    public long UnfollowedBytes { get; init; }

    /// <summary>False when the process's cpuset allows the nodes of one tier only, or there is only one: all of it is left alone.</summary>
    public bool HasTiers { get; init; }

    /// <summary>Share of accesses that the fast tier is estimated to serve; null before the first round.</summary>
    public double? HitRatio { get; init; }

    public double IntervalMs { get; init; }

    public double RestMs { get; init; }

    public double ScanMs { get; init; }

    public double MoveMs { get; init; }

    /// <summary>The longest that its page faults can have waited for a scan.</summary>
    public double LongestStallMs { get; init; }

    public long PromotedBytes { get; init; }

    public long DemotedBytes { get; init; }

    /// <summary>Pages that could not be moved.</summary>
    public long FailedMoves { get; init; }

    public long HeldBackResting { get; init; }

    public long HeldBackNotWorth { get; init; }

    /// <summary>
    /// Pages that were to move and were held back for want of memory or CPUs, or because moves failed; all rounds together.
    /// </summary>
    public long HeldBackPressure { get; init; }

    /// <summary>Why it moves more slowly than it may, not at all, or is scanned more rarely; empty when it is not held back.</summary>
    public IReadOnlyList<string> BackOff { get; init; } = [];

    /// <summary>Pages that were to move and no node had room for; all rounds together.</summary>
    public long HeldBackNoRoom { get; init; }

    /// <summary>Memory that it lacks in fast memory as of the last round; below zero, what it has there beyond its share.</summary>
    public long MissedBytes { get; init; }

    /// <summary>Why; empty when it has its share, or when nothing stands in its way and it needs more rounds.</summary>
    public IReadOnlyList<string> MissedBecause { get; init; } = [];

    /// <summary>Nodes that were full for it.</summary>
    public IReadOnlyList<int> FullNodes { get; init; } = [];

    /// <summary>Part of the usual rate that is left for it: 0 when its promotions are held back, 1 when nothing is.</summary>
    public double MoveRate { get; init; }

    /// <summary>Pages of its fast memory that the kernel's reclaim was told are hot, counted again in each round.</summary>
    public long SharedHotPages { get; init; }

    /// <summary>Pages that it was told are cold.</summary>
    public long SharedColdPages { get; init; }

    /// <summary>Huge pages that it has; 0 too where nothing looks at them.</summary>
    public int HugePages { get; init; }

    /// <summary>Huge pages that are kept split, because a part only of each is hot.</summary>
    public int SplitHugePages { get; init; }

    /// <summary>Those that are split to find out whether that pays.</summary>
    public int WatchedHugePages { get; init; }

    /// <summary>Part of the base pages (0 to 1) that gets nine tenths of the accesses, of huge pages watched last; null for none.</summary>
    public double? HugePageUse { get; init; }

    public long FailedScans { get; init; }

    /// <summary>How the guest that it runs is told where its memory lies; null when that is not wanted.</summary>
    public LayoutStatus? Layout { get; init; }

    /// <summary>Areas with shares of their own; null for none.</summary>
    public IReadOnlyList<AreaStatus>? Areas { get; init; }
}
