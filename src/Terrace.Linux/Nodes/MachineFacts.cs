using Terrace.Core.Layout;
using Terrace.Core.Machine;

namespace Terrace.Linux.Nodes;

/// <summary>One reading of the machine.</summary>
/// <param name="Topology">Nodes and tiers.</param>
/// <param name="Places">Places of nodes.</param>
/// <param name="Frames">Node and place of every page frame.</param>
/// <param name="FreeBytes">Free bytes by node.</param>
/// <param name="ReserveBytes">Sum of the high watermarks of its zones, by node.</param>
/// <param name="KernelTiering">What the kernel's own tiering is set to.</param>
public sealed record MachineFacts(
    Topology Topology,
    PlaceMap Places,
    FrameMap Frames,
    IReadOnlyDictionary<int, long> FreeBytes,
    IReadOnlyDictionary<int, long> ReserveBytes,
    KernelTiering KernelTiering)
{
    /// <summary>The same with nodes that know their host's tiers, and in their order.</summary>
    public MachineFacts With(IReadOnlyDictionary<int, int> hostTiers)
    {
        Topology topology = new(
            Topology.Nodes.Select(node => node with { HostTier = hostTiers.TryGetValue(node.Id, out int tier) ? tier : null }),
            Topology.Choice);
        PlaceMap places = new(topology);
        return this with { Topology = topology, Places = places, Frames = new FrameMap(Frames.Ranges.ToArray(), places) };
    }
}
