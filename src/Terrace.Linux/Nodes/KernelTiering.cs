namespace Terrace.Linux.Nodes;

/// <summary>What the kernel's own tiering is set to; null where this kernel does not have the setting.</summary>
/// <param name="DemotionEnabled">Reclaim demotes pages to a lower tier before it swaps (/sys/kernel/mm/numa/demotion_enabled).</param>
/// <param name="NumaBalancing">kernel.numa_balancing: bit 0 balances between CPUs' nodes, bit 1 promotes hot pages from slow tiers.</param>
public sealed record KernelTiering(bool? DemotionEnabled, int? NumaBalancing)
{
    /// <summary>vm.zone_reclaim_mode: with bit 0 a full node reclaims its page cache before another node is used.</summary>
    public int? ZoneReclaimMode { get; init; }

    /// <summary>Who else clears accessed bits now.</summary>
    public IReadOnlyList<AccessReader> Readers { get; init; } = [];

    /// <summary>True when a full fast node reclaims before slow memory is used (RECLAIM_ZONE).</summary>
    public bool ReclaimsBeforeSpilling => ZoneReclaimMode is { } mode && (mode & 1) != 0;

    /// <summary>True when the kernel promotes pages by itself (NUMA_BALANCING_MEMORY_TIERING).</summary>
    public bool Promotes => NumaBalancing is { } mode && (mode & 2) != 0;

    /// <summary>True when the kernel moves pages towards the CPUs that use them (NUMA_BALANCING_NORMAL).</summary>
    public bool Balances => NumaBalancing is { } mode && (mode & 1) != 0;
}
