using Terrace.Linux.Interop;

namespace Terrace.Linux.Clearers;

/// <summary>Whether memory can be cleared of its accessed bits in pieces.</summary>
public static class Pieces
{
    /// <summary>
    /// True for kernels that do it without harm. Before Linux 6.10 folios that are mapped by base pages, parts of huge ones too, are split
    /// though a piece has all of them (madvise_cold_or_pageout_pte_range, mm/madvise.c).
    /// </summary>
    public static bool WorkOn(KernelRelease kernel) => kernel.IsAtLeast(6, 10);
}
