namespace Terrace.Core.Machine;

/// <summary>What one node's memory holds, bytes. The four parts add up to the node's memory.</summary>
/// <param name="FreeBytes">Free.</param>
/// <param name="CacheBytes">
/// Page cache on the lists of file pages (Active(file) and Inactive(file) of a node's meminfo), mapped or not.
/// </param>
/// <param name="ProcessBytes">Memory of processes that is no file: anonymous and shared memory, and what is locked.</param>
/// <param name="OtherBytes">All else: the kernel's own memory and pools of huge pages.</param>
public readonly record struct NodeUse(long FreeBytes, long CacheBytes, long ProcessBytes, long OtherBytes)
{
    /// <summary>
    /// The part of <see cref="CacheBytes"/> that is neither dirty nor mapped: what reclaim drops first, without writing anything and
    /// without a process losing a page that it maps.
    /// </summary>
    public long DroppableBytes { get; init; }

    /// <summary>The sum of two nodes.</summary>
    public static NodeUse operator +(NodeUse left, NodeUse right) =>
        new(
            left.FreeBytes + right.FreeBytes,
            left.CacheBytes + right.CacheBytes,
            left.ProcessBytes + right.ProcessBytes,
            left.OtherBytes + right.OtherBytes)
        {
            DroppableBytes = left.DroppableBytes + right.DroppableBytes,
        };

    /// <summary>The sum of a machine's nodes of one tier.</summary>
    public static NodeUse OfTier(IMachine machine, int tier)
    {
        ArgumentNullException.ThrowIfNull(machine);
        NodeUse sum = default;
        foreach (int node in machine.Topology.Tiers[tier])
        {
            sum += machine.UseOf(node);
        }

        return sum;
    }
}
