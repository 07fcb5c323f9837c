namespace Terrace.Core.Tiering;

/// <summary>
/// Time that a round took, with the looks in the rest before it, or that many rounds took. Moves have theirs in <see
/// cref="Migration.MoveReport.Time"/>.
/// </summary>
public readonly record struct RoundCost
{
    /// <summary>Time spent reading page tables.</summary>
    public TimeSpan Read { get; init; }

    /// <summary>Time spent clearing accessed bits.</summary>
    public TimeSpan Clear { get; init; }

    /// <summary>The longest single clear: what the process's own page faults can have waited.</summary>
    public TimeSpan LongestClear { get; init; }

    /// <summary>Time spent on telling the kernel's reclaim of heat (<see cref="TieringOptions.ShareHeat"/>).</summary>
    public TimeSpan Share { get; init; }

    /// <summary>Time for which moves were put off because a rate limit had nothing left.</summary>
    public TimeSpan RateLimitWait { get; init; }

    /// <summary>
    /// Time for which a round, or its moves, were put off because processor time was owed (<see cref="TieringOptions.CpuLimit"/>).
    /// </summary>
    public TimeSpan CpuWait { get; init; }

    /// <summary>Reading and clearing.</summary>
    public TimeSpan Scans => Read + Clear;

    /// <summary>What both took; the longest clear is the longer of the two.</summary>
    public static RoundCost operator +(RoundCost left, RoundCost right) => new()
    {
        Read = left.Read + right.Read,
        Clear = left.Clear + right.Clear,
        LongestClear = left.LongestClear > right.LongestClear ? left.LongestClear : right.LongestClear,
        Share = left.Share + right.Share,
        RateLimitWait = left.RateLimitWait + right.RateLimitWait,
        CpuWait = left.CpuWait + right.CpuWait,
    };
}
