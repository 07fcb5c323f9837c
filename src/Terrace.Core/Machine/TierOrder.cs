namespace Terrace.Core.Machine;

/// <summary>
/// Orders nodes into tiers: by the host's tiers where it tells them of all nodes and they tell nodes apart, by the kernel's
/// memory tiers where it states them for all nodes and they tell nodes apart
/// (Documentation/ABI/testing/sysfs-kernel-mm-memory-tiers), else by HMAT figures, else nodes with CPUs above nodes without.
/// </summary>
internal static class TierOrder
{
    /// <summary>
    /// Nodes whose figure exceeds the best of a tier by at most one part in N are of that tier. It is what the kernel tolerates: its
    /// tiers are 128 wide, and ordinary DRAM is at 576, in the middle of one (MEMTIER_CHUNK_SIZE, MEMTIER_ADISTANCE_DRAM,
    /// include/linux/memory-tiers.h).
    /// </summary>
    private const int Tolerance = 10;

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
            return ByFigures(withMemory);
        }

        return Group(withMemory, node => node.Cpus.Count > 0 ? 0 : 1);
    }

    private static IReadOnlyList<IReadOnlyList<int>> Group(List<MemoryNode> nodes, Func<MemoryNode, int> speed) =>
        [.. nodes.GroupBy(speed).OrderBy(tier => tier.Key).Select(tier => (IReadOnlyList<int>)[.. tier.Select(node => node.Id).Order()])];

    private static IReadOnlyList<IReadOnlyList<int>> ByFigures(List<MemoryNode> nodes)
    {
        // Nodes with CPUs are one kind to the kernel, however their figures differ (memory_tier_init, mm/memory-tiers.c).
        Func<MemoryNode, double> cost = CostOf(nodes);
        double withCpus = nodes.Where(node => node.Cpus.Count > 0).Select(cost).DefaultIfEmpty(double.MaxValue).Min();
        List<List<int>> tiers = [];
        double best = 0;
        foreach ((MemoryNode node, double figure) in nodes
            .Select(node => (node, Figure: node.Cpus.Count > 0 ? withCpus : cost(node)))
            .OrderBy(known => known.Figure)
            .ThenBy(known => known.node.Id))
        {
            if (tiers.Count == 0 || figure * Tolerance > best * (Tolerance + 1))
            {
                tiers.Add([]);
                best = figure;
            }

            tiers[^1].Add(node.Id);
        }

        return [.. tiers.Select(tier => (IReadOnlyList<int>)[.. tier.Order()])];
    }

    /// <summary>
    /// What an access costs: latency, and where every node states its bandwidth latency by bandwidth, as the kernel's abstract
    /// distance has it (mt_perf_to_adistance, mm/memory-tiers.c). High-bandwidth memory has no better latency than other DRAM.
    /// </summary>
    private static Func<MemoryNode, double> CostOf(List<MemoryNode> nodes) =>
        nodes.All(node => node.ReadBandwidthMBps is > 0)
            ? node => (double)node.ReadLatencyNs!.Value / node.ReadBandwidthMBps!.Value
            : node => node.ReadLatencyNs!.Value;
}
