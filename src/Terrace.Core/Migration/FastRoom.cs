using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Migration;

/// <summary>
/// How many pages a node can still take: available memory less the kernel's reserve (its high watermarks, so that reclaim does not
/// start) less, on top-tier nodes, a headroom for allocations to come.
/// </summary>
/// <remarks>
/// Page cache that nobody maps and that is not dirty is nobody's claim: a program that reads a large disk fills every node with it,
/// and the kernel drops it first when a page is to come in (move_pages(2) allocates with __GFP_THISNODE, and reclaims on that node).
/// </remarks>
public sealed class FastRoom(IMachine machine, double headroomFraction)
{
    /// <summary>
    /// The low watermark, at which the kernel begins to reclaim, is this part of the high one unless vm.watermark_scale_factor says
    /// more (mm/page_alloc.c, __setup_per_zone_wmarks).
    /// </summary>
    public const double LowToHighWatermark = 5.0 / 6;

    /// <summary>Base pages that may be added to a node now; negative when its headroom is already in use.</summary>
    public long PagesOn(int node)
    {
        long headroom = machine.Topology.TierOf(node) == 0 ? (long)(machine.Topology.CapacityBytesOf(node) * headroomFraction) : 0;
        return (AvailableBytes(machine, node) - machine.ReserveBytes(node) - headroom) / Chunk.PageBytes;
    }

    /// <summary>
    /// Free memory and the page cache that makes room, as MemAvailable of /proc/meminfo has it (si_mem_available, mm/show_mem.c): all
    /// of it but half, or but the low watermark where that is less.
    /// </summary>
    public static long AvailableBytes(IMachine machine, int node)
    {
        ArgumentNullException.ThrowIfNull(machine);
        long cache = machine.UseOf(node).DroppableBytes;
        long kept = Math.Min(cache / 2, (long)(machine.ReserveBytes(node) * LowToHighWatermark));
        return machine.FreeBytes(node) + cache - kept;
    }

    /// <summary>
    /// Base pages that a process may add to those nodes of a tier that it may use: a full node takes nothing from others' room.
    /// </summary>
    public long PagesFor(IManagedProcess process, int tier)
    {
        ArgumentNullException.ThrowIfNull(process);
        long pages = 0;
        IReadOnlyList<int> nodes = machine.Topology.Tiers[tier];
        for (int i = 0; i < nodes.Count; i++)
        {
            pages += process.MayUse(nodes[i]) ? Math.Max(0, PagesOn(nodes[i])) : 0;
        }

        return pages;
    }

    /// <summary>Base pages that may be added to a tier now; negative when headroom is already in use.</summary>
    public long PagesIn(int tier)
    {
        long pages = 0;
        IReadOnlyList<int> nodes = machine.Topology.Tiers[tier];
        for (int i = 0; i < nodes.Count; i++)
        {
            pages += PagesOn(nodes[i]);
        }

        return pages;
    }
}
