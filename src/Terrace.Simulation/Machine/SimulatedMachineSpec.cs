namespace Terrace.Simulation.Machine;

/// <summary>
/// What a simulated machine consists of and what its operations cost. The default costs are of the order seen on servers:
/// a page table is read in microseconds and a base page moves in one or two.
/// </summary>
public sealed record SimulatedMachineSpec
{
    /// <summary>Nodes, 1 to 16.</summary>
    public required IReadOnlyList<SimulatedNodeSpec> Nodes { get; init; }

    /// <summary>Where all randomness of the machine and its workloads comes from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Time to read the page table of one chunk, nanoseconds.</summary>
    public int ReadNsPerChunk { get; init; } = 4_000;

    /// <summary>Time to clear the accessed bits of one chunk, nanoseconds.</summary>
    public int ClearNsPerChunk { get; init; } = 6_000;

    /// <summary>Time to clear the accessed bit of one huge page, nanoseconds.</summary>
    public int ClearNsPerHugePage { get; init; } = 4_000;

    /// <summary>Whether a clear can be of some chunks only.</summary>
    public bool ClearsChunks { get; init; } = true;

    /// <summary>Fixed time of one migration call, nanoseconds.</summary>
    public int MoveNsPerCall { get; init; } = 5_000;

    /// <summary>Time to move one base page, nanoseconds.</summary>
    public int MoveNsPerPage { get; init; } = 1_500;

    /// <summary>Time to move one huge page, nanoseconds.</summary>
    public int MoveNsPerHugePage { get; init; } = 100_000;

    /// <summary>Time to tell reclaim of one page that it is hot or cold, nanoseconds.</summary>
    public int ShareNsPerPage { get; init; } = 400;

    /// <summary>Time to make base pages of a huge page, nanoseconds.</summary>
    public int SplitNs { get; init; } = 50_000;

    /// <summary>Time to make a huge page of base pages, nanoseconds.</summary>
    public int JoinNs { get; init; } = 300_000;

    /// <summary>Time of a page fault that allocates, nanoseconds.</summary>
    public int FaultNs { get; init; } = 500;

    /// <summary>
    /// Fraction (0 to 1) of the time of scans and moves during which the workloads stand still: locks, TLB flushes, a shared CPU.
    /// 1 means that everything shares one CPU.
    /// </summary>
    public double StallShare { get; init; } = 0.1;

    /// <summary>The two-tier machine of the examples: a DRAM node with CPUs (100 ns) and a CXL-like node without (300 ns).</summary>
    public static SimulatedMachineSpec TwoTiers(long fastBytes, long slowBytes, ulong seed = 1) => new()
    {
        Nodes = [new(0, fastBytes, 100) { HasCpus = true }, new(1, slowBytes, 300)],
        Seed = seed,
    };
}
