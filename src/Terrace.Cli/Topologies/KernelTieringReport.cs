namespace Terrace.Cli.Topologies;

/// <summary>The kernel's own tiering; null where this kernel has no such setting.</summary>
internal sealed record KernelTieringReport
{
    /// <summary>Reclaim demotes pages before it swaps.</summary>
    public bool? DemotionEnabled { get; init; }

    /// <summary>kernel.numa_balancing: 1 moves pages to the CPUs that use them, 2 promotes hot pages.</summary>
    public int? NumaBalancing { get; init; }
}
