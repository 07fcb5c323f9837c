using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Guests;

namespace Terrace.Host.Guests;

/// <summary>The layouts that one guest has had: counts a generation when it is another than before.</summary>
internal sealed class LayoutGenerations(long epoch)
{
    /// <summary>The newest one; null before the first look.</summary>
    public LayoutMessage? Newest { get; private set; }

    /// <summary>Takes in what a look saw.</summary>
    public void Take(FoldedLayout folded, Topology topology, VirtualCpus? cpus)
    {
        LayoutMessage next = MessageOf(folded, topology, cpus);
        if (Newest is null || !IsSame(Newest, next))
        {
            Newest = next with { Epoch = epoch, Generation = (Newest?.Generation ?? 0) + 1 };
        }
    }

    /// <summary>
    /// The message of a folded layout, without its generation. Blocks that stick out of the guest's memory are no harm: nothing
    /// is there.
    /// </summary>
    internal static LayoutMessage MessageOf(FoldedLayout folded, Topology topology, VirtualCpus? cpus)
    {
        Dictionary<int, int> nodeOfCpu = [];
        foreach (MemoryNode node in topology.Nodes)
        {
            foreach (int cpu in node.Cpus)
            {
                nodeOfCpu[cpu] = node.Id;
            }
        }

        return new LayoutMessage
        {
            BlockPages = folded.BlockPages,
            InUsePages = folded.InUsePages,
            ElsewherePages = folded.ElsewherePages,
            Nodes =
            [
                .. topology.Nodes.Select(node => new HostNode
                {
                    Node = node.Id,
                    Tier = topology.TierOf(node.Id) is >= 0 and var tier ? tier : null,
                    Pages = folded.PagesOf.GetValueOrDefault(node.Id),
                    ReadLatencyNs = node.ReadLatencyNs,
                    WriteLatencyNs = node.WriteLatencyNs,
                    ReadBandwidthMBps = node.ReadBandwidthMBps,
                    WriteBandwidthMBps = node.WriteBandwidthMBps,
                    Distances = node.Distances,
                }),
            ],
            Cpus = cpus is null || cpus.OfCpu.Count == 0
                ? null
                : [.. cpus.OfCpu.Select(cpu => new VirtualCpuPlace { Cpu = cpu.Key, Nodes = NodesOf(cpu.Value) })],
            CpuNodes = cpus is null ? null : NodesOf(cpus.OfProcess),

            // A node that came since the machine was read is not named yet.
            Ranges =
            [
                .. folded.Ranges.Where(range => topology.TierOf(range.Node) >= 0)
                    .Select(range => (IReadOnlyList<ulong>)[range.Start, range.End - range.Start, (ulong)range.Node]),
            ],
        };

        IReadOnlyList<int> NodesOf(IReadOnlyList<int> of) =>
        [
            .. of.Where(nodeOfCpu.ContainsKey).Select(cpu => nodeOfCpu[cpu]).Distinct().Order(),
        ];
    }

    // A generation is for another layout, other nodes or other CPUs; a few pages that came or went in a block that is where it
    // was are none.
    private static bool IsSame(LayoutMessage before, LayoutMessage now) =>
        before.BlockPages == now.BlockPages
        && before.Ranges!.Count == now.Ranges!.Count
        && before.Ranges.Zip(now.Ranges).All(pair => pair.First.SequenceEqual(pair.Second))
        && before.Nodes!.Count == now.Nodes!.Count
        && before.Nodes.Zip(now.Nodes).All(
            pair => pair.First with { Pages = 0, Distances = null } == pair.Second with { Pages = 0, Distances = null }
                && SameDistances(pair.First.Distances, pair.Second.Distances))
        && (before.CpuNodes ?? []).SequenceEqual(now.CpuNodes ?? [])
        && (before.Cpus ?? []).Count == (now.Cpus ?? []).Count
        && (before.Cpus ?? [])
            .Zip(now.Cpus ?? [])
            .All(pair => pair.First.Cpu == pair.Second.Cpu && pair.First.Nodes.SequenceEqual(pair.Second.Nodes));

    private static bool SameDistances(IReadOnlyDictionary<int, int>? before, IReadOnlyDictionary<int, int>? now) =>
        (before ?? new Dictionary<int, int>())
            .OrderBy(distance => distance.Key)
            .SequenceEqual((now ?? new Dictionary<int, int>()).OrderBy(distance => distance.Key));
}
