using Terrace.Core.Units;

namespace Terrace.Host.Guests;

/// <summary>
/// One line that a host answers: where the guest's memory lies, or, without ranges, that it still lies as the guest was told.
/// </summary>
internal sealed record LayoutMessage
{
    public int Version { get; init; } = LayoutChannel.Version;

    /// <summary>What the request said.</summary>
    public string Ask { get; init; } = "";

    /// <summary>Which run of the host's daemon counts the generations: a later one has a larger number.</summary>
    public long Epoch { get; init; }

    /// <summary>Counts the different layouts that this guest had in the epoch, from 1.</summary>
    public long Generation { get; init; }

    /// <summary>Seconds between two looks of the host.</summary>
    public double EverySeconds { get; init; }

    public int PageBytes { get; init; } = Chunk.PageBytes;

    /// <summary>Pages of the blocks that ranges are made of, a power of two; a block is said to be where most of its pages are.</summary>
    public ulong BlockPages { get; init; } = 1;

    /// <summary>Pages of the guest that are in the host's memory.</summary>
    public ulong InUsePages { get; init; }

    /// <summary>Those of them that are on another node than their block is said to be.</summary>
    public ulong ElsewherePages { get; init; }

    /// <summary>The host's nodes.</summary>
    public IReadOnlyList<HostNode>? Nodes { get; init; }

    /// <summary>The guest's CPUs, where the host can tell their threads apart.</summary>
    public IReadOnlyList<VirtualCpuPlace>? Cpus { get; init; }

    /// <summary>Host nodes on whose CPUs the guest's may run.</summary>
    public IReadOnlyList<int>? CpuNodes { get; init; }

    /// <summary>
    /// Guest-physical memory, ascending: of each range its first page, how many pages, and the host's node. Null when nothing
    /// changed.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ulong>>? Ranges { get; init; }
}
