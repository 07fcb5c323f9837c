namespace Terrace.Cli.Exercise;

/// <summary>What happened since the last report, or (<c>final</c>) since the start.</summary>
internal sealed record ExerciseReport
{
    /// <summary><c>report</c> or <c>final</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Seconds of access so far.</summary>
    public double Seconds { get; init; }

    /// <summary>How often the hot set has moved.</summary>
    public int Phase { get; init; }

    public long Accesses { get; init; }

    public double AccessesPerSecond { get; init; }

    /// <summary>Share of the accesses that fast memory served, counted exactly; null when not measured.</summary>
    public double? FastShare { get; init; }

    /// <summary>Share of the arena's pages that are in fast memory now.</summary>
    public double? FastPageShare { get; init; }

    /// <summary>The largest share of accesses that fast memory could serve, given what of it there is for this arena.</summary>
    public double? Oracle { get; init; }

    /// <summary><see cref="FastShare"/> as a part of <see cref="Oracle"/>.</summary>
    public double? OfOracle { get; init; }

    /// <summary>Nanoseconds per access, each sample the mean of 128.</summary>
    public required LatencyReport LatencyNs { get; init; }

    /// <summary>The longest time in which a thread made no more than 128 accesses, milliseconds.</summary>
    public double LongestStallMs { get; init; }
}
