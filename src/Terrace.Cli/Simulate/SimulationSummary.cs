using Terrace.Cli.Run;

namespace Terrace.Cli.Simulate;

/// <summary>What a simulation showed: everything here is counted exactly and repeats to the bit with the same seed.</summary>
internal sealed record SimulationSummary
{
    public string Event { get; } = "summary";

    public required string Workload { get; init; }

    public long Seed { get; init; }

    /// <summary>Simulated time.</summary>
    public double Seconds { get; init; }

    public long Accesses { get; init; }

    /// <summary>Share of accesses that fast memory served in the first second; null when there were none.</summary>
    public double? HitRatioFirst { get; init; }

    /// <summary>The same over the last ten seconds.</summary>
    public double? HitRatioLast { get; init; }

    /// <summary>The best that any placement could reach with as much fast memory.</summary>
    public double Oracle { get; init; }

    /// <summary>Why it served more than that; empty when it did not. Not part of JSON.</summary>
    internal string Beyond { get; init; } = "";

    /// <summary>Accesses per second in the first second.</summary>
    public double AccessesPerSecondFirst { get; init; }

    /// <summary>The same over the last ten seconds.</summary>
    public double AccessesPerSecondLast { get; init; }

    /// <summary>Share of the pages in fast memory at the end.</summary>
    public double FastPageShare { get; init; }

    /// <summary>Simulated time that scans and moves took.</summary>
    public double TieringSeconds { get; init; }

    /// <summary>Hash of the whole timeline, hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>What the tiering loop itself tells.</summary>
    public required ManagementSummary Management { get; init; }
}
