namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>What one run of a row showed; bytes are those of base pages.</summary>
internal sealed record HostOutcome
{
    /// <summary>Share of the load's movable pages in fast memory when it was judged.</summary>
    public required double Share { get; init; }

    /// <summary>The largest distance of that from the share that was asked for, over the seconds that were judged.</summary>
    public double? ShareError { get; init; }

    /// <summary>Share of accesses that fast memory served.</summary>
    public required double Hits { get; init; }

    /// <summary>The same as a part of the best possible.</summary>
    public required double HitsOfOracle { get; init; }

    /// <summary>What the kernel says it migrated, from the start to the end.</summary>
    public required long KernelBytes { get; init; }

    /// <summary>What it migrated because system calls asked for it; compaction, hinting faults and reclaim do it, too.</summary>
    public long CallBytes { get; init; }

    /// <summary>What had to move.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>What Terrace says it moved.</summary>
    public long? OwnBytes { get; init; }

    /// <summary>Rounds that Terrace had, and by the last ones what stood in the way of the share or held moves back.</summary>
    public int? Rounds { get; init; }

    /// <summary>See <see cref="Rounds"/>; names as events have them.</summary>
    public IReadOnlyList<string> HeldBy { get; init; } = [];

    /// <summary>The part of one CPU that Terrace took at rest.</summary>
    public double? RestCpu { get; init; }

    /// <summary>Bytes that the kernel migrated in that time.</summary>
    public long RestBytes { get; init; }

    /// <summary>What Terrace holds for immovable.</summary>
    public long ImmovableBytes { get; init; }

    /// <summary>The part of the fast pages that is on the node of the load's CPUs; null where nobody asked.</summary>
    public double? AtHome { get; init; }

    /// <summary>What calls had moved, of what had to move; null when nothing had to.</summary>
    public double? MovedOfNeeded => NeededBytes > 0 ? (double)CallBytes / NeededBytes : null;

    /// <summary>Terrace's count as a part of the kernel's of what calls had moved; null when nothing was moved.</summary>
    public double? OwnOfKernel => OwnBytes > 0 && CallBytes > 0 ? (double)OwnBytes / CallBytes : null;
}
