namespace Terrace.Cli.Run;

/// <summary>What a run achieved and what it cost.</summary>
internal sealed record ManagementSummary
{
    public string Event { get; } = "summary";

    public double Seconds { get; init; }

    /// <summary>The share that was asked for, as the command line takes it.</summary>
    public required string Fast { get; init; }

    /// <summary>Nothing was moved, only decided.</summary>
    public bool DryRun { get; init; }

    public required IReadOnlyList<TargetSummary> Processes { get; init; }

    public long Rounds { get; init; }

    /// <summary>Bytes that the share kept out of fast memory although it had room for them; 0 with an automatic share.</summary>
    public long WithheldBytes { get; init; }

    public long PromotedBytes { get; init; }

    public long DemotedBytes { get; init; }

    /// <summary>Pages that were to go up, by what became of them.</summary>
    public required MoveCounts Promoted { get; init; }

    /// <summary>Pages that were to go down.</summary>
    public required MoveCounts Demoted { get; init; }

    /// <summary>Pages chosen in a dry run.</summary>
    public long PlannedPromotions { get; init; }

    public long PlannedDemotions { get; init; }

    /// <summary>Scans that failed and were tried again.</summary>
    public long FailedScans { get; init; }

    public double ReadMs { get; init; }

    public double ClearMs { get; init; }

    /// <summary>The longest single clear: what the process's page faults can have waited.</summary>
    public double LongestClearMs { get; init; }

    public double MoveMs { get; init; }

    /// <summary>Time spent on telling the kernel's reclaim of heat.</summary>
    public double ShareMs { get; init; }

    /// <summary>Pages that it was told are hot, counted again in each round.</summary>
    public long SharedHotPages { get; init; }

    /// <summary>Pages that it was told are cold.</summary>
    public long SharedColdPages { get; init; }

    /// <summary>Huge pages that were split because a part of each was hot, or to find that out.</summary>
    public long SplitHugePages { get; init; }

    /// <summary>Those of them that were put together again.</summary>
    public long JoinedHugePages { get; init; }

    /// <summary>CPU time of Terrace itself; null for simulations.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Most memory that tracking held, bytes.</summary>
    public long TrackingBytes { get; init; }
}
