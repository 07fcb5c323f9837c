using Terrace.Cli.Guests;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
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

    /// <summary>In a guest that follows its host's layout: what the host says, beside what the kernel believes; null elsewhere.</summary>
    public GuestReport? Guest { get; init; }

    /// <summary>Collects it.</summary>
    public static TopologyReport Of(IMachine machine, KernelTiering kernel, FollowedTruth? followed = null, FrameMap? frames = null)
    {
        machine.Refresh();
        Topology topology = machine.Topology;
        GuestReport? guest = followed is { Layout: { } layout, Problem: null } && frames is not null ? GuestReport.Of(layout, frames, topology) : null;
        return new TopologyReport
        {
            Nodes = [.. topology.Nodes.Select(node => ReportOf(node, machine))],
            Tiers = topology.Tiers,
            HasSlowTier = topology.HasSlowTier,
            KernelTiering = new KernelTieringReport { DemotionEnabled = kernel.DemotionEnabled, NumaBalancing = kernel.NumaBalancing },
            Warnings = [.. WarningsOf(topology, kernel), .. followed?.Problem is { } problem ? [problem] : Array.Empty<string>()],
            Guest = guest,
        };
    }

    /// <summary>What an operator should know before managing anything.</summary>
    public static IEnumerable<string> WarningsOf(Topology topology, KernelTiering kernel)
    {
        if (!topology.HasSlowTier)
        {
            yield return topology.Nodes.Count <= 1
                ? "This machine has one memory node: all its memory is equally fast, so there is nothing to place. 'terrace simulate' shows what Terrace does."
                : "All memory nodes are in one tier, equally fast as far as this machine says, so there is nothing to place.";
            yield break;
        }

        if (kernel.Promotes)
        {
            yield return "The kernel promotes pages by itself (numa_balancing has bit 2) and will move pages against Terrace's choice: sysctl kernel.numa_balancing=0, or terrace kernel --mode terrace, while Terrace manages.";
        }
        else if (kernel.Balances)
        {
            yield return "NUMA balancing is on and may move pages against Terrace's choice: sysctl kernel.numa_balancing=0, or terrace kernel --mode terrace, while Terrace manages.";
        }

        if (kernel.ReclaimsBeforeSpilling)
        {
            yield return "A fast node that is full drops page cache before slow memory is used (zone_reclaim_mode has bit 1): sysctl vm.zone_reclaim_mode=0, or terrace kernel --set zone_reclaim_mode=0, while Terrace manages.";
        }

        if (kernel.DemotionEnabled == true)
        {
            yield return "The kernel demotes pages when the fast tier runs full (demotion_enabled). That only acts under memory pressure, which Terrace's headroom avoids; it may stay on as a safety net.";
        }
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
        PromotionTarget = machine.Topology.PromotionTargetOf(node.Id),
        DaxDevices = node.DaxDevices,
    };
}
