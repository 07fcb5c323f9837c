namespace Terrace.Simulation.Frames;

/// <summary>
/// What a kernel reports of a node's memory (Documentation/ABI/stable/sysfs-devices-node), in pages of 4 KiB. True at the instant
/// it was taken.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="Present">Frames whose node it is: free, on their way through a CPU's list, in use or reserved.</param>
/// <param name="Managed">Those of them that the allocator ever had: all but the reserved ones.</param>
/// <param name="Free">Frames in its buddy allocator.</param>
/// <param name="OnCpus">Free frames that wait in lists of CPUs.</param>
public readonly record struct NodeMemory(int Node, long Present, long Managed, long Free, long OnCpus)
{
    /// <summary>Frames that somebody has allocated.</summary>
    public long InUse => Managed - Free - OnCpus;
}
