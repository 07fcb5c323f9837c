namespace Terrace.Host.Guests;

/// <summary>One node of a guest's host. What the host's firmware does not state is absent.</summary>
internal sealed record HostNode
{
    public int Node { get; init; }

    /// <summary>Its tier on the host, 0 the fastest; absent for a node without memory.</summary>
    public int? Tier { get; init; }

    /// <summary>Pages of the guest that are on it, every one counted.</summary>
    public ulong Pages { get; init; }

    public int? ReadLatencyNs { get; init; }

    public int? WriteLatencyNs { get; init; }

    public int? ReadBandwidthMBps { get; init; }

    public int? WriteBandwidthMBps { get; init; }

    /// <summary>Distance (ACPI SLIT, 10 is local) by node number.</summary>
    public IReadOnlyDictionary<int, int>? Distances { get; init; }
}
