using Terrace.Cli.Topologies;
using Terrace.Core.Machine;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>A tier below the top one.</summary>
internal sealed class SlowTierCheck : IHostCheck
{
    private const string DaxFolder = "sys/bus/dax/devices";

    public CheckResult Look(DoctorHost host)
    {
        Topology? topology = host.Machine?.Topology;
        bool there = topology?.HasSlowTier == true;
        return new CheckResult
        {
            Group = CheckGroups.Placement,
            Name = "slow tier",
            Essential = true,
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "a place for cold pages",
            Detail = topology is null ? $"nodes cannot be read: {host.MachineProblem}"
                : there ? string.Join(
                    ", ",
                    topology.Tiers.Select(
                        (nodes, tier) => $"tier {tier}: {(nodes.Count == 1 ? "node" : "nodes")} {TopologyText.Ranges(nodes)}"))
                : topology.Nodes.Count <= 1 ? "one memory node: all memory is equally fast"
                : "all memory nodes are in one tier, equally fast as far as this machine says",
            Fix = there ? null : topology is null ? "mount /proc and /sys of the machine itself" : FixOf(host, topology),
        };
    }

    // Memory of a dax device is no node's until the kmem driver takes it (Documentation/ABI/testing/sysfs-bus-dax).
    private static string FixOf(DoctorHost host, Topology topology)
    {
        string? device = host.Files.Names(DaxFolder).Order(StringComparer.Ordinal)
            .FirstOrDefault(
                name => host.Files.ReadNumber($"{DaxFolder}/{name}/target_node") is { } node
                    && topology.Nodes.All(other => other.Id != node));
        return device is not null
            ? $"sudo daxctl reconfigure-device --mode=system-ram {device}"
            : "add CXL or persistent memory (daxctl list shows what is not yet system memory); terrace simulate works anywhere";
    }
}
