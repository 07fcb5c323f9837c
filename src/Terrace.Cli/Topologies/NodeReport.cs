namespace Terrace.Cli.Topologies;

/// <summary>One node, as <c>topology --json</c> writes it.</summary>
internal sealed record NodeReport
{
    public int Id { get; init; }

    /// <summary>0 is the fastest; null for a node without memory.</summary>
    public int? Tier { get; init; }

    public required IReadOnlyList<int> Cpus { get; init; }

    public long SizeBytes { get; init; }

    public long FreeBytes { get; init; }

    /// <summary>Distance (ACPI SLIT, 10 is local) by node number.</summary>
    public required IReadOnlyDictionary<int, int> Distances { get; init; }

    public int? ReadLatencyNs { get; init; }

    public int? WriteLatencyNs { get; init; }

    public int? ReadBandwidthMBps { get; init; }

    public int? WriteBandwidthMBps { get; init; }

    /// <summary>The kernel's number for its memory tier.</summary>
    public int? KernelTier { get; init; }

    /// <summary>The node that cold pages go to while it has room; null in the lowest tier.</summary>
    public int? DemotionTarget { get; init; }

    /// <summary>The nodes that cold pages go to, the first of them that has room.</summary>
    public required IReadOnlyList<int> DemotionTargets { get; init; }

    /// <summary>The node that hot pages go to while it has room; null in the top tier.</summary>
    public int? PromotionTarget { get; init; }

    /// <summary>The nodes that hot pages go to, the first of them that has room.</summary>
    public required IReadOnlyList<int> PromotionTargets { get; init; }

    /// <summary>Dax devices whose memory the node is.</summary>
    public required IReadOnlyList<string> DaxDevices { get; init; }
}
