using Terrace.Cli.Topologies;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Latencies that firmware states (HMAT, CDAT; Documentation/admin-guide/mm/numaperf.rst).</summary>
internal sealed class LatenciesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        int[] all = [.. host.Machine?.Topology.Nodes.Where(node => node.CapacityBytes > 0).Select(node => node.Id) ?? []];
        int[] silent =
        [
            .. host.Machine?.Topology.Nodes.Where(node => node.CapacityBytes > 0 && node.ReadLatencyNs is null).Select(node => node.Id)
                ?? [],
        ];

        // A single node has nothing to be compared with.
        bool told = all.Length == 1 || (all.Length > 0 && silent.Length == 0);
        return new CheckResult
        {
            Group = CheckGroups.Placement,
            Name = "latencies",
            State = told ? CheckState.Works : CheckState.Degraded,
            NeededFor = "putting nodes in tiers, and judging what a move is worth",
            Detail = silent.Length == 0 && told ? "every node states its latency"
                : told ? "one node only"
                : all.Length == 0 ? "nodes cannot be read"
                : $"{(silent.Length == 1 ? "node" : "nodes")} {TopologyText.Ranges(silent)} without; tiers come from the kernel's "
                    + $"memory tiers, CPUs and distances",
            Fix = told
                ? null
                : "firmware with an HMAT (for CXL: a CDAT); check the tiers with terrace topology, which is all that is needed where "
                    + "they are right",
        };
    }
}
