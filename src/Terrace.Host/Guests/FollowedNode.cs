namespace Terrace.Host.Guests;

/// <summary>Memory of a guest, or of one of its nodes, that is on one node of its host.</summary>
internal sealed record FollowedNode
{
    public int HostNode { get; init; }

    /// <summary>The host's tier, 0 the fastest.</summary>
    public int? HostTier { get; init; }

    public ulong Bytes { get; init; }

    public int? ReadLatencyNs { get; init; }

    public int? WriteLatencyNs { get; init; }

    public int? ReadBandwidthMBps { get; init; }

    /// <summary>Distance (ACPI SLIT) to it from the nearest host node that this guest's CPUs may run on.</summary>
    public int? Distance { get; init; }
}
