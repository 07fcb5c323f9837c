namespace Terrace.Linux.KernelMemory;

/// <summary>Physical memory as a page-table walker reads it: the kernel's core file on a machine, made-up tables in tests.</summary>
internal interface IPhysicalMemory
{
    /// <summary>Fills the buffer from a physical address; false when there is no memory or it cannot be read. Never throws.</summary>
    bool TryReadPhysical(ulong address, Span<byte> buffer);
}
