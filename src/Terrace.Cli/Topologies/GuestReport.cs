using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Guests;

namespace Terrace.Cli.Topologies;

/// <summary>What the host says of this guest's memory, next to what its kernel believes.</summary>
internal sealed record GuestReport
{
    /// <summary>Below this part of a node's memory in other tiers nothing is said of them.</summary>
    private const double Mixed = 0.05;

    public long Epoch { get; init; }

    public long Generation { get; init; }

    /// <summary>The host tells in blocks of this size.</summary>
    public ulong BlockBytes { get; init; }

    /// <summary>Bytes of this guest that the host has in memory.</summary>
    public ulong InUseBytes { get; init; }

    /// <summary>Bytes of those that are on another host node than their block is said to be.</summary>
    public ulong ElsewhereBytes { get; init; }

    /// <summary>What the kernel says of its nodes is not so.</summary>
    public bool KernelIsStale { get; init; }

    public required IReadOnlyList<GuestNodeReport> Nodes { get; init; }

    /// <summary>Host nodes whose CPUs this guest's may run on; null when the host does not tell.</summary>
    public IReadOnlyList<int>? CpuNodes { get; init; }

    /// <summary>The same by CPU; null when the host cannot tell them apart.</summary>
    public IReadOnlyList<VirtualCpuPlace>? Cpus { get; init; }

    /// <summary>What the kernel says that is not so, one sentence each.</summary>
    public required IReadOnlyList<string> Stale { get; init; }

    /// <summary>Compares.</summary>
    /// <param name="layout">What the host says.</param>
    /// <param name="frames">The guest's nodes by page frame, that is by guest-physical address.</param>
    /// <param name="topology">The guest's nodes.</param>
    public static GuestReport Of(PublishedLayout layout, FrameMap frames, Topology topology)
    {
        Topology kernel = new(topology.Nodes.Select(node => node with { HostTier = null }));
        List<GuestNodeReport> nodes =
        [
            .. GuestNodeShare.Of(frames, layout).Select(share => new GuestNodeReport
            {
                Node = share.Node,
                KernelTier = kernel.TierOf(share.Node) is >= 0 and var tier ? tier : null,
                HostTier = share.TierMostlyIn(),
                KnownBytes = share.KnownBytes,
                SlowBytes = share.SlowBytes,
                MeanReadLatencyNs = share.MeanReadLatencyNs,
                On = share.On,
            }),
        ];
        List<string> stale = [.. StaleOrder(nodes), .. nodes.SelectMany(MixedMemory)];
        return new GuestReport
        {
            Epoch = layout.Message.Epoch,
            Generation = layout.Message.Generation,
            BlockBytes = layout.Message.BlockPages * Chunk.PageBytes,
            InUseBytes = layout.Message.InUsePages * Chunk.PageBytes,
            ElsewhereBytes = layout.Message.ElsewherePages * Chunk.PageBytes,
            KernelIsStale = stale.Count > 0,
            Nodes = nodes,
            CpuNodes = layout.Message.CpuNodes,
            Cpus = layout.Message.Cpus,
            Stale = stale,
        };
    }

    private static IEnumerable<string> StaleOrder(List<GuestNodeReport> nodes)
    {
        List<GuestNodeReport> known =
        [
            .. nodes.Where(node => node is { KernelTier: not null, HostTier: not null })
                .OrderBy(node => node.KernelTier)
                .ThenBy(node => node.Node),
        ];
        for (int i = 0; i < known.Count; i++)
        {
            for (int j = i + 1; j < known.Count; j++)
            {
                (GuestNodeReport fast, GuestNodeReport slow) = (known[i], known[j]);
                string believes = fast.KernelTier == slow.KernelTier
                    ? $"considers nodes {fast.Node} and {slow.Node} equally fast"
                    : $"considers node {fast.Node} faster than node {slow.Node}";
                if (Math.Sign(fast.KernelTier!.Value - slow.KernelTier!.Value) != Math.Sign(fast.HostTier!.Value - slow.HostTier!.Value))
                {
                    yield return fast.HostTier == slow.HostTier
                        ? $"This guest's kernel {believes}, but most of both lies in tier {fast.HostTier} of the host."
                        : $"This guest's kernel {believes}, but most of node {fast.Node} lies in tier {fast.HostTier} of the host, and "
                            + $"of node {slow.Node} in tier {slow.HostTier}.";
                }
            }
        }
    }

    private static IEnumerable<string> MixedMemory(GuestNodeReport node)
    {
        ulong most = node.On.Where(part => part.HostTier == node.HostTier).Aggregate(0UL, (sum, part) => sum + part.Bytes);
        if (node.KnownBytes > 0 && node.KnownBytes - most >= Mixed * node.KnownBytes)
        {
            yield return $"{Percent.Of((double)(node.KnownBytes - most) / node.KnownBytes)} of node {node.Node} lies in another tier of "
                + $"the host than the rest of it (tier {node.HostTier}): this guest's kernel considers all of it equally fast.";
        }
    }
}
