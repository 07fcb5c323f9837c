using Terrace.Linux.Files;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Kernel;

/// <summary>The watermarks of a node, summed over its zones (Documentation/admin-guide/sysctl/vm.rst, watermark_scale_factor).</summary>
/// <param name="Node">Its number.</param>
/// <param name="MinBytes">Below this only the kernel itself may allocate.</param>
/// <param name="LowBytes">Below this the kernel reclaims, or demotes, in the background.</param>
/// <param name="HighBytes">It stops when this much is free. Terrace leaves at least this free.</param>
public sealed record NodeWatermarks(int Node, long MinBytes, long LowBytes, long HighBytes)
{
    private const long PageBytes = 4096;

    /// <summary>Of each node that /proc/zoneinfo knows, in order; empty where the file cannot be read.</summary>
    public static IReadOnlyList<NodeWatermarks> Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<Zone> zones = [];
        Zone.ParseAll(tree.Read("proc/zoneinfo"), zones);
        return
        [
            .. zones.GroupBy(zone => zone.Node).OrderBy(node => node.Key).Select(node => new NodeWatermarks(
                node.Key,
                node.Sum(zone => zone.MinPages) * PageBytes,
                node.Sum(zone => zone.LowPages) * PageBytes,
                node.Sum(zone => zone.HighPages) * PageBytes)),
        ];
    }
}
