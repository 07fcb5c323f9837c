namespace Terrace.Core.Units;

/// <summary>
/// Arithmetic of chunks. A chunk is 2 MiB of address space, aligned: what one last-level page table (512 entries) maps on
/// x86-64, and what one huge page covers. Its number is <c>address &gt;&gt; 21</c>.
/// </summary>
public static class Chunk
{
    /// <summary>Base-2 logarithm of the base page size.</summary>
    public const int PageShift = 12;

    /// <summary>Bytes in a base page.</summary>
    public const int PageBytes = 1 << PageShift;

    /// <summary>Base pages in a chunk.</summary>
    public const int Pages = 512;

    /// <summary>Base-2 logarithm of the chunk size.</summary>
    public const int Shift = 21;

    /// <summary>Bytes in a chunk, and in a huge page.</summary>
    public const int Bytes = 1 << Shift;

    /// <summary>The number of the chunk that holds an address.</summary>
    public static ulong Of(ulong address) => address >> Shift;

    /// <summary>The address of a page of a chunk.</summary>
    public static ulong AddressOf(ulong chunk, int page) => (chunk << Shift) + ((ulong)page << PageShift);
}
