using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.CommandLine;

/// <summary>What <c>run</c>, <c>manage</c> and <c>simulate</c> have in common.</summary>
internal sealed record ManagementSettings
{
    public FastShare Fast { get; init; } = FastShare.Auto;

    public TieringOptions Tiering { get; init; } = new();

    public TrackerChoice Tracker { get; init; }

    /// <summary>Which nodes are in which tier; null for what kernel and firmware say.</summary>
    public TierChoice? Tiers { get; init; }

    /// <summary>How far the placement that processes chose themselves is respected.</summary>
    public PlacementRespect PlacementRespect { get; init; }

    /// <summary>Where to draw the picture; null for none.</summary>
    public string? Heatmap { get; init; }

    /// <summary>How large to draw it; null for the default of its form.</summary>
    public PictureSize? HeatmapSize { get; init; }

    /// <summary>Where to write the summary as JSON; null for nowhere.</summary>
    public string? SummaryJson { get; init; }

    /// <summary>Where to write round events; null for nowhere.</summary>
    public string? Events { get; init; }

    /// <summary>Write round events and the summary to stdout.</summary>
    public bool Json { get; init; }
}
