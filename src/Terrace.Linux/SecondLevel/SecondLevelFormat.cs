namespace Terrace.Linux.SecondLevel;

/// <summary>How the entries of second-level page tables look.</summary>
/// <param name="PresentMask">Any of these bits: the entry maps something.</param>
/// <param name="AccessedMask">The guest accessed it.</param>
internal readonly record struct SecondLevelFormat(ulong PresentMask, ulong AccessedMask)
{
    /// <summary>Set above the last level: the entry maps a huge page. The same bit in both formats.</summary>
    public const ulong HugeMask = 1UL << 7;

    /// <summary>
    /// AMD's nested page tables: those of the x86-64 itself (AMD64 Architecture Programmer's Manual volume 2, section 15.25.5).
    /// </summary>
    public static SecondLevelFormat NestedPageTables { get; } = new(1UL << 0, 1UL << 5);

    /// <summary>
    /// Intel's extended page tables: read, write and execute rights; accessed where the processor keeps it (Intel SDM volume 3C,
    /// section 29.3).
    /// </summary>
    public static SecondLevelFormat ExtendedPageTables { get; } = new(0b111, 1UL << 8);
}
