using Terrace.Core.Machine;

namespace Terrace.Cli.Exercise;

/// <summary>The fast nodes of a machine.</summary>
internal sealed class MachineFastNodes(IMachine machine) : IFastNodes
{
    public bool IsFast(int node) => machine.Topology.TierOf(node) == 0;

    public long FreeBytes()
    {
        machine.Refresh();
        return machine.Topology.Tiers.Count == 0 ? 0 : machine.Topology.Tiers[0].Sum(machine.FreeBytes);
    }
}
