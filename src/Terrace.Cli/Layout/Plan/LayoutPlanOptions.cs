using Terrace.Core.Units;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.Layout.Plan;

/// <summary>What a plan was asked for with.</summary>
internal sealed record LayoutPlanOptions
{
    /// <summary>A process or a file.</summary>
    public required string Target { get; init; }

    /// <summary>What may be in fast memory, of all that the memory is large.</summary>
    public required FastShare Share { get; init; }

    public required ulong BlockPages { get; init; }

    public required int Scans { get; init; }

    /// <summary>Between two scans.</summary>
    public required TimeSpan Interval { get; init; }

    public required TrackerChoice Tracker { get; init; }

    /// <summary>The layout file to write; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>Carry it out.</summary>
    public bool Apply { get; init; }

    public bool Json { get; init; }

    /// <summary>How it is carried out.</summary>
    public required LayoutOptions Change { get; init; }
}
