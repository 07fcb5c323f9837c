using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>A node's memory, counted in base pages. At every instant <c>free + used = capacity</c> and neither is negative.</summary>
public sealed class SimulatedNode
{
    internal SimulatedNode(SimulatedNodeSpec spec, int index)
    {
        Id = spec.Id;
        Index = index;
        LatencyNs = spec.LatencyNs;
        CapacityPages = spec.CapacityBytes / Chunk.PageBytes;
        ReservePages = spec.ReserveBytes / Chunk.PageBytes;
        OccupiedPages = spec.OccupiedBytes / Chunk.PageBytes;
        FreePages = CapacityPages - OccupiedPages;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CapacityPages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(ReservePages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(OccupiedPages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(FreePages, nameof(spec));
    }

    /// <summary>The node's number.</summary>
    public int Id { get; }

    /// <summary>Time of one access, nanoseconds.</summary>
    public int LatencyNs { get; }

    /// <summary>All of its pages.</summary>
    public long CapacityPages { get; }

    /// <summary>Pages that allocations leave free.</summary>
    public long ReservePages { get; }

    /// <summary>Pages held by what is not simulated.</summary>
    public long OccupiedPages { get; private set; }

    /// <summary>Pages free now.</summary>
    public long FreePages { get; private set; }

    /// <summary>Position in the machine's list of nodes.</summary>
    internal int Index { get; }

    /// <summary>Pages that even a migration leaves free: the min watermark.</summary>
    internal long MinimumPages => ReservePages * 2 / 3;

    /// <summary>
    /// Lets something outside the simulation take pages, or give them back when negative. False when there are not as many.
    /// </summary>
    public bool TryOccupy(long pages)
    {
        if (pages > FreePages || -pages > OccupiedPages)
        {
            return false;
        }

        OccupiedPages += pages;
        FreePages -= pages;
        return true;
    }

    internal bool TryTake(int pages, long leave)
    {
        if (FreePages - pages < leave)
        {
            return false;
        }

        FreePages -= pages;
        return true;
    }

    internal void Return(int pages) => FreePages += pages;
}
