namespace Terrace.Host.Control;

/// <summary>What the kernel charges a control group for, next to what Terrace manages of its processes.</summary>
internal sealed record CgroupStatus
{
    /// <summary>Its path, from the root.</summary>
    public required string Path { get; init; }

    /// <summary>Memory of its processes in this target that Terrace manages; pages that processes share are counted once.</summary>
    public long ManagedBytes { get; init; }

    /// <summary>The part of it in the top tier.</summary>
    public long ManagedFastBytes { get; init; }

    /// <summary>The kernel's account, by node: memory.numa_stat, which counts the groups below it too.</summary>
    public IReadOnlyList<CgroupNodeStatus> Nodes { get; init; } = [];
}
