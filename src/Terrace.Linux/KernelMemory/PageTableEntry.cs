namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Bits of x86-64 page-table entries (arch/x86/include/asm/pgtable_types.h; Intel SDM volume 3A, section 4.5). They keep their
/// kernel names.
/// </summary>
internal static class PageTableEntry
{
    public const ulong _PAGE_PRESENT = 1UL << 0;
    public const ulong _PAGE_ACCESSED = 1UL << 5;

    /// <summary>In page middle and upper directories: the entry maps a huge page.</summary>
    public const ulong _PAGE_PSE = 1UL << 7;

    /// <summary>
    /// Set while <see cref="_PAGE_PRESENT"/> is clear: mapped without access rights (PROT_NONE, and NUMA hinting). Swap entries never
    /// have it (arch/x86/include/asm/pgtable_64.h).
    /// </summary>
    public const ulong _PAGE_PROTNONE = 1UL << 8;

    /// <summary>
    /// The frame is not an ordinary page of the process: device memory, or the shared page of zeros (vm_normal_page,
    /// mm/memory.c).
    /// </summary>
    public const ulong _PAGE_SPECIAL = 1UL << 9;

    /// <summary>Bits 12 to 51: the address of the frame or of the next table.</summary>
    public const ulong FrameAddressMask = 0x000f_ffff_ffff_f000;

    /// <summary>Entries in one table.</summary>
    public const int Entries = 512;

    /// <summary>True when the entry points to a further table.</summary>
    public static bool IsTable(ulong entry) => (entry & (_PAGE_PRESENT | _PAGE_PSE)) == _PAGE_PRESENT;

    /// <summary>
    /// True when a directory's entry maps a huge page. While a huge page is split its present bit is clear for a moment but PSE
    /// stays, so any of the three bits means mapped (pmd_present, arch/x86/include/asm/pgtable.h).
    /// </summary>
    public static bool IsHuge(ulong entry) =>
        (entry & (_PAGE_PRESENT | _PAGE_PSE)) is _PAGE_PSE or (_PAGE_PRESENT | _PAGE_PSE)
            || (entry & (_PAGE_PRESENT | _PAGE_PROTNONE)) == _PAGE_PROTNONE;

    /// <summary>True when an entry of a last-level table maps an ordinary page, though it may wait for a NUMA-hinting fault.</summary>
    public static bool IsMapped(ulong entry) => (entry & (_PAGE_PRESENT | _PAGE_PROTNONE)) != 0 && (entry & _PAGE_SPECIAL) == 0;

    /// <summary>
    /// The entry with the inversion of frame bits undone that entries without <see cref="_PAGE_PRESENT"/> have since the L1TF
    /// mitigation, on every CPU (arch/x86/include/asm/pgtable-invert.h).
    /// </summary>
    public static ulong Address(ulong entry) => (entry & _PAGE_PRESENT) != 0 ? entry & FrameAddressMask : ~entry & FrameAddressMask;
}
