using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Migration;

/// <summary>
/// How many pages a node can still take: free memory less the kernel's reserve (its high watermarks, so that reclaim does not
/// start) less, on
/// top-tier nodes, a headroom for allocations to come.
/// </summary>
public sealed class FastRoom(IMachine machine, double headroomFraction)
{
    /// <summary>Base pages that may be added to a node now; negative when its headroom is already in use.</summary>
    public long PagesOn(int node)
    {
        long headroom = machine.Topology.TierOf(node) == 0 ? (long)(machine.Topology.CapacityBytesOf(node) * headroomFraction) : 0;
        return (machine.FreeBytes(node) - machine.ReserveBytes(node) - headroom) / Chunk.PageBytes;
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
