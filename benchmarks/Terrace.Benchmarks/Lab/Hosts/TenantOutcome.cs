namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>What four equal tenants had, one of which came late.</summary>
internal sealed record TenantOutcome
{
    /// <summary>Share of each one's accesses that fast memory served; the late one's is the last.</summary>
    public required IReadOnlyList<double> Hits { get; init; }

    /// <summary>From the end of its start until the late one was served like the others; null when it never was.</summary>
    public double? LateSeconds { get; init; }

    /// <summary>Bytes that were promoted, from the start.</summary>
    public required long PromotedBytes { get; init; }

    /// <summary>Hot bytes that were in slow memory when the first three began to be managed, and when the late one had started.</summary>
    public required long MisplacedBytes { get; init; }

    /// <summary>What it takes to serve all nearly alike and leave no fast memory unused (<see cref="EvenTenants"/>).</summary>
    public required long LeastBytes { get; init; }

    /// <summary>What was promoted, as a multiple of that.</summary>
    public double PromotedOfLeast => (double)PromotedBytes / Math.Max(1, LeastBytes);

    /// <summary>The largest hit share as a multiple of the smallest.</summary>
    public double Spread => Hits.Max() / Math.Max(Hits.Min(), 1e-9);

    /// <summary>What was promoted, as a multiple of what was misplaced.</summary>
    public double PromotedOfMisplaced => (double)PromotedBytes / Math.Max(1, MisplacedBytes);
}
