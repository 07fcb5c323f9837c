using Terrace.Host.Guests;

namespace Terrace.Cli.Topologies;

/// <summary>Where the memory of one of this guest's nodes really lies.</summary>
internal sealed record GuestNodeReport
{
    /// <summary>The guest's node.</summary>
    public int Node { get; init; }

    /// <summary>The tier that the guest's kernel takes it for.</summary>
    public int? KernelTier { get; init; }

    /// <summary>The host's tier that most of it is in; null when the host has nothing of it in memory.</summary>
    public int? HostTier { get; init; }

    /// <summary>Bytes of it that the host has in memory.</summary>
    public ulong KnownBytes { get; init; }

    /// <summary>Bytes of those in host tiers below the fastest.</summary>
    public ulong SlowBytes { get; init; }

    /// <summary>Mean over its pages; null where the host does not state it.</summary>
    public int? MeanReadLatencyNs { get; init; }

    /// <summary>By host node, most first.</summary>
    public required IReadOnlyList<FollowedNode> On { get; init; }
}
