namespace Terrace.Core.Machine;

/// <summary>One NUMA node with memory, CPUs or both. Facts the system does not state are null.</summary>
/// <param name="Id">The node's number.</param>
/// <param name="CapacityBytes">Memory on the node; 0 for a node with CPUs only.</param>
/// <param name="Cpus">CPUs on the node; empty for memory-only nodes.</param>
/// <param name="Distances">Distance to every node by ACPI SLIT, indexed like the list of online nodes; 10 is local.</param>
public sealed record MemoryNode(int Id, long CapacityBytes, IReadOnlyList<int> Cpus, IReadOnlyDictionary<int, int> Distances)
{
    /// <summary>The kernel's memory tier number (lower is faster), when it states one.</summary>
    public int? KernelTier { get; init; }

    /// <summary>
    /// In a guest whose host tells where the guest's memory lies: the host's tier that most of this node's memory is in (0 is the
    /// fastest).
    /// </summary>
    public int? HostTier { get; init; }

    /// <summary>Read latency from the best initiator (HMAT or CDAT), nanoseconds.</summary>
    public int? ReadLatencyNs { get; init; }

    /// <summary>Write latency, nanoseconds.</summary>
    public int? WriteLatencyNs { get; init; }

    /// <summary>Read bandwidth, MB/s.</summary>
    public int? ReadBandwidthMBps { get; init; }

    /// <summary>Write bandwidth, MB/s.</summary>
    public int? WriteBandwidthMBps { get; init; }

    /// <summary>Dax devices (for example <c>dax0.0</c>) whose memory this node is.</summary>
    public IReadOnlyList<string> DaxDevices { get; init; } = [];
}
