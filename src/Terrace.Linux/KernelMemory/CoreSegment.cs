namespace Terrace.Linux.KernelMemory;

/// <summary>One PT_LOAD header of /proc/kcore.</summary>
/// <param name="Virtual">First kernel virtual address.</param>
/// <param name="Physical">Its physical address, or <see cref="NoPhysical"/> for mappings that are not linear (vmalloc, vmemmap).</param>
/// <param name="Bytes">Length.</param>
/// <param name="FileOffset">Where it begins in the file.</param>
internal readonly record struct CoreSegment(ulong Virtual, ulong Physical, ulong Bytes, long FileOffset)
{
    /// <summary>p_paddr of segments without a physical address (fs/proc/kcore.c).</summary>
    public const ulong NoPhysical = ulong.MaxValue;
}
