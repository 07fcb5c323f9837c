namespace Terrace.Core.Machine;

/// <summary>
/// Makes known to the kernel's own reclaim what scans found of a process's pages: they clear the accessed bits by which reclaim
/// tells hot from idle. A page that is told hot must not look accessed
/// to a round that begins afterwards.
/// </summary>
public interface IHeatSharer
{
    /// <summary>
    /// Reports pages as hot. The addresses ascend, and one is enough for a huge page. Pages that have gone are passed
    /// over, never brought back into memory; the list's order and content
    /// are void afterwards.
    /// </summary>
    /// <returns>Addresses that were reported; 0 when the process has gone or the kernel does not permit it.</returns>
    int ShareHot(Span<ulong> pages);

    /// <summary>
    /// Reports pages as cold. The addresses ascend; a huge page is given as all of its base pages. The list's content
    /// is void afterwards.
    /// </summary>
    /// <returns>Addresses that were reported; 0 when the process has gone, the kernel does not permit it, or has no use for it.</returns>
    int ShareCold(Span<ulong> pages);
}
