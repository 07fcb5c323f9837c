namespace Terrace.Simulation.Machine;

/// <summary>One node of a simulated machine.</summary>
/// <param name="Id">The node's number.</param>
/// <param name="CapacityBytes">Its memory; rounded down to whole pages.</param>
/// <param name="LatencyNs">Time of one access to its memory, nanoseconds. Latencies within a tenth of each other make one tier.</param>
public sealed record SimulatedNodeSpec(int Id, long CapacityBytes, int LatencyNs)
{
    /// <summary>True when the node has CPUs.</summary>
    public bool HasCpus { get; init; }

    /// <summary>
    /// Distances to other nodes by number, as ACPI's SLIT has them (10 is local); null for such as follow from latencies. Both ways
    /// are to be given.
    /// </summary>
    public IReadOnlyDictionary<int, int>? Distances { get; init; }

    /// <summary>
    /// Bytes that allocations leave free (the kernel's high watermark). Migrations may go down to two thirds of it, the min
    /// watermark that the kernel's default watermark distances give (mm/page_alloc.c, __setup_per_zone_wmarks).
    /// </summary>
    public long ReserveBytes { get; init; } = CapacityBytes / 256;

    /// <summary>Bytes held by the kernel and by processes that are not simulated.</summary>
    public long OccupiedBytes { get; init; }

    /// <summary>The part of <see cref="OccupiedBytes"/> that pools of huge pages hold.</summary>
    public long PoolBytes { get; init; }

    /// <summary>The part of <see cref="OccupiedBytes"/> that is page cache which is mapped or dirty.</summary>
    public long HeldCacheBytes { get; init; }
}
