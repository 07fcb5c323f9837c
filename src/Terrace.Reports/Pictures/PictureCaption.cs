namespace Terrace.Reports.Pictures;

/// <summary>What a picture is of, and what its data does not tell.</summary>
internal sealed record PictureCaption
{
    /// <summary>One line: the command, or the workload.</summary>
    public required string Title { get; init; }

    /// <summary>What else must be known to make it again: share, seed, host, date, version.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>When the workload is known to have changed.</summary>
    public IReadOnlyList<TimeSpan> Phases { get; init; } = [];

    /// <summary>The share of accesses that the best placement could serve from fast memory, where that is known.</summary>
    public double? BestHits { get; init; }

    /// <summary>Names of processes by number.</summary>
    public IReadOnlyDictionary<int, string> Processes { get; init; } = new Dictionary<int, string>();
}
