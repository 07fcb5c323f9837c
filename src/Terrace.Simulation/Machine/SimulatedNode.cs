using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// A node's memory, counted in base pages. At every instant <c>free + page cache + used = capacity</c> and none is negative.
/// </summary>
public sealed class SimulatedNode
{
    private readonly long _heldCacheBytes;

    internal SimulatedNode(SimulatedNodeSpec spec, int index)
    {
        Id = spec.Id;
        Index = index;
        LatencyNs = spec.LatencyNs;
        CapacityPages = spec.CapacityBytes / Chunk.PageBytes;
        ReservePages = spec.ReserveBytes / Chunk.PageBytes;
        OccupiedPages = spec.OccupiedBytes / Chunk.PageBytes;
        (PoolBytes, _heldCacheBytes) = (spec.PoolBytes, spec.HeldCacheBytes);
        FreePages = CapacityPages - OccupiedPages;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CapacityPages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(ReservePages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(OccupiedPages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfNegative(FreePages, nameof(spec));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PoolBytes + _heldCacheBytes, spec.OccupiedBytes, nameof(spec));
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

    /// <summary>Pages of clean page cache that nobody maps.</summary>
    public long CachePages { get; private set; }

    /// <summary>What pools of huge pages hold.</summary>
    internal long PoolBytes { get; }

    /// <summary>What holds its memory now.</summary>
    internal NodeUse Use =>
        new(
            FreePages * Chunk.PageBytes,
            (CachePages * Chunk.PageBytes) + _heldCacheBytes,
            (CapacityPages - FreePages - CachePages - OccupiedPages) * Chunk.PageBytes,
            (OccupiedPages * Chunk.PageBytes) - _heldCacheBytes)
        {
            DroppableBytes = CachePages * Chunk.PageBytes,
        };

    /// <summary>Its place, by which the machine's arrays have it.</summary>
    internal int Index { get; }

    /// <summary>Pages that even a migration leaves free: the min watermark.</summary>
    internal long MinimumPages => ReservePages * 2 / 3;

    /// <summary>Where kswapd wakes: the low watermark.</summary>
    private long LowPages => ReservePages * 5 / 6;

    /// <summary>
    /// Somebody reads pages of a file: they become page cache. When free pages are down to the low watermark kswapd drops
    /// the oldest cache, as far as there is any, up to the high one.
    /// </summary>
    public void ReadFile(long pages)
    {
        while (pages > 0)
        {
            if (FreePages <= LowPages)
            {
                DropCache(ReservePages - FreePages);
            }

            long read = Math.Min(pages, FreePages - LowPages);
            if (read <= 0)
            {
                return;
            }

            FreePages -= read;
            CachePages += read;
            pages -= read;
        }
    }

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

    /// <summary>
    /// The same for a page that must come to this node, as a migrated one (__GFP_THISNODE): page cache is dropped for it.
    /// </summary>
    internal bool TryTakeHere(int pages)
    {
        DropCache(MinimumPages + pages - FreePages);
        return TryTake(pages, MinimumPages);
    }

    internal void Return(int pages) => FreePages += pages;

    private void DropCache(long pages)
    {
        long dropped = Math.Clamp(pages, 0, CachePages);
        CachePages -= dropped;
        FreePages += dropped;
    }
}
