using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Host.Guests;
using Terrace.Host.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Topologies;

/// <summary>What <c>terrace topology</c> tells.</summary>
internal sealed record TopologyReport
{
    public required IReadOnlyList<NodeReport> Nodes { get; init; }

    /// <summary>Node numbers of each tier, the fastest first.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Tiers { get; init; }

    /// <summary>There is a tier below the top one, so that there is something to place.</summary>
    public bool HasSlowTier { get; init; }

    public required KernelTieringReport KernelTiering { get; init; }

    /// <summary>What will fight with Terrace here or make it useless, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>In a guest that follows its host's layout: what the host says, next to what the kernel believes; null elsewhere.</summary>
    public GuestReport? Guest { get; init; }

    /// <summary>Collects it.</summary>
    public static TopologyReport Of(IMachine machine, KernelTiering kernel, HostTierSource? followed = null, FrameMap? frames = null)
    {
        machine.Refresh();
        Topology topology = machine.Topology;
        GuestReport? guest = followed is { Layout: { } layout, Problem: null } && frames is not null
            ? GuestReport.Of(layout, frames, topology)
            : null;
        return new TopologyReport
        {
            Nodes = [.. topology.Nodes.Select(node => ReportOf(node, machine))],
            Tiers = topology.Tiers,
            HasSlowTier = topology.HasSlowTier,
            KernelTiering = new KernelTieringReport { DemotionEnabled = kernel.DemotionEnabled, NumaBalancing = kernel.NumaBalancing },
            Warnings =
            [
                .. KernelTieringWarnings.Of(topology, kernel),
                .. followed?.Problem is { } problem ? [problem] : Array.Empty<string>(),
            ],
            Guest = guest,
        };
    }

    private static NodeReport ReportOf(MemoryNode node, IMachine machine) => new()
    {
        Id = node.Id,
        Tier = machine.Topology.TierOf(node.Id) is >= 0 and var tier ? tier : null,
        Cpus = node.Cpus,
        SizeBytes = node.CapacityBytes,
        FreeBytes = machine.FreeBytes(node.Id),
        Distances = node.Distances,
        ReadLatencyNs = node.ReadLatencyNs,
        WriteLatencyNs = node.WriteLatencyNs,
        ReadBandwidthMBps = node.ReadBandwidthMBps,
        WriteBandwidthMBps = node.WriteBandwidthMBps,
        KernelTier = node.KernelTier,
        DemotionTarget = machine.Topology.DemotionTargetOf(node.Id),
        DemotionTargets = machine.Topology.DemotionTargetsOf(node.Id),
        PromotionTarget = machine.Topology.PromotionTargetOf(node.Id),
        PromotionTargets = machine.Topology.PromotionTargetsOf(node.Id),
        DaxDevices = node.DaxDevices,
    };
}
