namespace Terrace.Cli.Layout.Plan;

/// <summary>
/// What <c>terrace layout plan</c> proposes, as <c>--json</c> writes it. Pages are of 4 KiB; accesses are shares, 0 to 1, of
/// those that scans saw.
/// </summary>
internal sealed record LayoutPlanReport
{
    public required string Memory { get; init; }

    /// <summary>Addresses are guest-physical, not places in a file.</summary>
    public required bool IsGuest { get; init; }

    public required long Pages { get; init; }

    public long InUsePages { get; init; }

    /// <summary>Processes that were scanned.</summary>
    public required IReadOnlyList<LayoutUserReport> Processes { get; init; }

    public required int Scans { get; init; }

    public required double IntervalMs { get; init; }

    public required long BlockPages { get; init; }

    /// <summary>What may be on fast nodes at most.</summary>
    public long SharePages { get; init; }

    /// <summary>Pages in memory that are on fast nodes now.</summary>
    public long FastPagesNow { get; init; }

    /// <summary>Pages, in memory or not, that the proposal puts there.</summary>
    public long FastPagesThen { get; init; }

    public double FastAccessesNow { get; init; }

    public double FastAccessesThen { get; init; }

    /// <summary>What no placement of single pages within the share could be better than.</summary>
    public double FastAccessesByPages { get; init; }

    /// <summary>Pages that would move to fast nodes.</summary>
    public long UpPages { get; init; }

    /// <summary>Pages that would move to slower ones.</summary>
    public long DownPages { get; init; }

    /// <summary>What people should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The layout file that was written; null when none was asked for.</summary>
    public string? File { get; init; }

    public IReadOnlyList<LayoutRangeReport> Ranges { get; init; } = [];

    /// <summary>What became of it with <c>--apply</c>; null without.</summary>
    public LayoutReport? Applied { get; init; }
}
