namespace Terrace.Core.Machine;

/// <summary>
/// Orders nodes into tiers: by the host's tiers where it tells them of all nodes and they tell nodes apart, by the kernel's
/// memory tiers where it states them for all nodes and they tell nodes apart
/// (Documentation/ABI/testing/sysfs-kernel-mm-memory-tiers), else by HMAT read latency, else nodes with CPUs above nodes without.
/// </summary>
internal static class TierOrder
{
    public static IReadOnlyList<IReadOnlyList<int>> Of(IReadOnlyList<MemoryNode> nodes)
    {
        List<MemoryNode> withMemory = [.. nodes.Where(node => node.CapacityBytes > 0)];
        if (withMemory.Count == 0)
        {
            return [];
        }

        if (withMemory.All(node => node.HostTier is not null) && withMemory.Select(node => node.HostTier).Distinct().Skip(1).Any())
        {
            return Group(withMemory, node => node.HostTier!.Value);
        }

        if (withMemory.All(node => node.KernelTier is not null) && withMemory.Select(node => node.KernelTier).Distinct().Skip(1).Any())
        {
            return Group(withMemory, node => node.KernelTier!.Value);
        }

        if (withMemory.All(node => node.ReadLatencyNs is not null) && withMemory.Any(node => node.Cpus.Count == 0))
        {
            return Group(withMemory, node => node.ReadLatencyNs!.Value);
        }

        return Group(withMemory, node => node.Cpus.Count > 0 ? 0 : 1);
    }

    private static IReadOnlyList<IReadOnlyList<int>> Group(List<MemoryNode> nodes, Func<MemoryNode, int> speed) =>
        [.. nodes.GroupBy(speed).OrderBy(tier => tier.Key).Select(tier => (IReadOnlyList<int>)[.. tier.Select(node => node.Id).Order()])];
}
