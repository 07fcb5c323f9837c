namespace Terrace.Linux.Dax;

/// <summary>One block of hot-pluggable memory (Documentation/admin-guide/mm/memory-hotplug.rst).</summary>
/// <param name="Number">The 33 of memory33: its physical address divided by the size of a block.</param>
/// <param name="State">Online, offline, or on its way.</param>
/// <param name="Zone">The zone of an online block, <c>Movable</c> or one that the kernel itself may use; null when the kernel
/// does not say.</param>
public readonly record struct MemoryBlock(long Number, MemoryBlockState State, string? Zone)
{
    /// <summary>Online, and as far as the kernel says only movable pages lie there.</summary>
    public bool IsMovable => State == MemoryBlockState.Online && (Zone is null or "Movable");
}
