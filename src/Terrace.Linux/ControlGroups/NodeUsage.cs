namespace Terrace.Linux.ControlGroups;

/// <summary>What a control group is charged for on one node, bytes, from its memory.numa_stat.</summary>
/// <param name="Node">The node.</param>
/// <param name="AnonBytes"><c>anon</c>: private memory of its processes, huge pages included.</param>
/// <param name="FileBytes"><c>file</c>: page cache, that of tmpfs, memfds and shared memory included.</param>
/// <param name="ShmemBytes"><c>shmem</c>: the part of it that swap backs: tmpfs, memfds, System V segments.</param>
/// <param name="KernelBytes">What the kernel keeps for it: <c>kernel_stack</c>, <c>pagetables</c>, <c>sec_pagetables</c>,
/// <c>slab_reclaimable</c>, <c>slab_unreclaimable</c>.</param>
public sealed record NodeUsage(int Node, long AnonBytes, long FileBytes, long ShmemBytes, long KernelBytes)
{
    /// <summary><c>file_mapped</c>: page cache that processes map, shared memory included.</summary>
    public long MappedBytes { get; init; }

    /// <summary>Page cache that nobody maps, at least: shared memory may be mapped or not.</summary>
    public long UnmappedFileBytes => Math.Max(0, FileBytes - MappedBytes - ShmemBytes);

    /// <summary>All of it.</summary>
    public long TotalBytes => AnonBytes + FileBytes + KernelBytes;
}
