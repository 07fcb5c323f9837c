namespace Terrace.Host.Control;

/// <summary>What the kernel charges a control group for on one node.</summary>
internal sealed record CgroupNodeStatus
{
    public int Node { get; init; }

    /// <summary>0 is the fastest; null for a node that is in no tier.</summary>
    public int? Tier { get; init; }

    /// <summary>Private memory of processes.</summary>
    public long AnonBytes { get; init; }

    /// <summary>Page cache, shared memory included.</summary>
    public long FileBytes { get; init; }

    /// <summary>The part of it that nobody maps, at least: Terrace neither sees its use nor moves it.</summary>
    public long UnmappedFileBytes { get; init; }

    /// <summary>The part of it that is tmpfs, memfds and shared memory.</summary>
    public long ShmemBytes { get; init; }

    /// <summary>Stacks, page tables, slabs.</summary>
    public long KernelBytes { get; init; }
}
