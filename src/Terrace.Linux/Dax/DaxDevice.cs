namespace Terrace.Linux.Dax;

/// <summary>
/// A device-dax device (Documentation/ABI/testing/sysfs-bus-dax): memory that is either a character device or, bound to the kmem
/// driver, a NUMA node's ordinary memory.
/// </summary>
/// <param name="Name">For example <c>dax0.0</c>.</param>
/// <param name="TargetNode">The node whose memory it becomes; -1 when firmware gives it none, and kmem refuses it.</param>
/// <param name="Driver">The driver it is bound to, for example <see cref="DeviceDax"/> or <see cref="Kmem"/>; null for none.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
public sealed record DaxDevice(string Name, int TargetNode, string? Driver, long SizeBytes)
{
    /// <summary>The driver that makes it a character device, for programs that map it.</summary>
    public const string DeviceDax = "device_dax";

    /// <summary>The driver that makes it ordinary memory.</summary>
    public const string Kmem = "kmem";

    /// <summary>
    /// Its memory blocks that exist, by number; none unless kmem has it. Null when its addresses may not be read, which only root
    /// may.
    /// </summary>
    public IReadOnlyList<MemoryBlock>? Blocks { get; init; }

    /// <summary>True when it is a namespace of an NVDIMM: what programs stored there would be overwritten.</summary>
    public bool IsNvdimm { get; init; }

    /// <summary>The UUID of that namespace, by which daxctl knows it after a boot; null when there is none.</summary>
    public string? NvdimmUuid { get; init; }

    /// <summary>
    /// The kernel keeps the descriptors of its pages in its own memory (memmap_on_memory), so that they take none of other memory.
    /// </summary>
    public bool HoldsDescriptors { get; init; }

    /// <summary>
    /// What the descriptors of its pages take of other memory, which is fast: 64 bytes for each 4-KiB page (struct page on x86-64,
    /// include/linux/mm_types.h).
    /// </summary>
    public long DescriptorBytes => HoldsDescriptors ? 0 : SizeBytes / 64;

    /// <summary>It is ordinary memory, all of it online and none of it for the kernel's own use.</summary>
    public bool IsMovableMemory => Driver == Kmem && Blocks is { Count: > 0 } blocks && blocks.All(block => block.IsMovable);
}
