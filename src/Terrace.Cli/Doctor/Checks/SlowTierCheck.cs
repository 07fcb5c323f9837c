using Terrace.Cli.Topologies;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Dax;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>A tier below the top one.</summary>
internal sealed class SlowTierCheck : IHostCheck
{
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
        CxlMemory cxl = CxlMemory.Read(host.Files);
        IReadOnlyList<DaxDevice> devices = new DaxReader(host.Root).ReadAll();
        bool IsNew(DaxDevice device) => device.TargetNode >= 0 && topology.Nodes.All(other => other.Id != device.TargetNode);
        bool Mixes(DaxDevice device) => topology.Nodes.Any(other => other.Id == device.TargetNode && other.Cpus.Count > 0);
        return devices.FirstOrDefault(IsNew) is { } free ? $"sudo daxctl reconfigure-device --mode=system-ram {free.Name}"
            : cxl.UnusedBytes > 0
                ? $"{ByteSize.Format(cxl.UnusedBytes)} of CXL memory ({string.Join(", ", cxl.Devices)}) in no region: {cxl.NextCommand}"
            : devices.FirstOrDefault(Mixes) is { } mixed
                ? $"{mixed.Name} belongs to node {mixed.TargetNode}, which has CPUs: to be slow memory it needs a node of its own, from "
                    + "firmware"
            : "add CXL or persistent memory (daxctl list shows what is not yet system memory); terrace simulate works anywhere";
    }
}
