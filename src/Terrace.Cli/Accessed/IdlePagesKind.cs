namespace Terrace.Cli.Accessed;

/// <summary>
/// Kinds of extents in <c>/proc/PID/idle_pages</c>, under the names and numbers that the kernel module's sources and the programs that
/// read them have (<c>enum ProcIdlePageType</c>: kvm-ept-idle's ept_idle.h, memory-optimizer's ProcIdlePages.h, openEuler's
/// fs/proc/etmem_scan.h). They are the same in all three.
/// </summary>
internal enum IdlePagesKind : byte
{
    /// <summary>Pages of 4 KiB that were accessed.</summary>
    PTE_ACCESSED,

    /// <summary>Huge pages of 2 MiB that were accessed.</summary>
    PMD_ACCESSED,

    /// <summary>Huge pages of 1 GiB, of which it is not said. Never written: no tracker reports them.</summary>
    PUD_PRESENT,

    /// <summary>Pages of 4 KiB that were written to; the module says so on request. Never written: dirty bits are not read.</summary>
    PTE_DIRTY,

    /// <summary>The same of huge pages. Never written.</summary>
    PMD_DIRTY,

    /// <summary>Pages of 4 KiB that were not accessed.</summary>
    PTE_IDLE,

    /// <summary>Huge pages of 2 MiB that were not accessed.</summary>
    PMD_IDLE,

    /// <summary>2 MiB each of 512 pages that are all there, of which none was accessed.</summary>
    PMD_IDLE_PTES,

    /// <summary>4 KiB each without a page.</summary>
    PTE_HOLE,

    /// <summary>2 MiB each without a page.</summary>
    PMD_HOLE,

    /// <summary>No extent: a command. The only one, with a count of 0, sets the address.</summary>
    PIP_CMD,
}
