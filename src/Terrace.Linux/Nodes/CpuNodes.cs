using Terrace.Core.Machine;

namespace Terrace.Linux.Nodes;

/// <summary>Which node each CPU is of.</summary>
internal sealed class CpuNodes
{
    private readonly int[] _nodes;

    public CpuNodes(Topology topology)
    {
        _nodes = new int[topology.Nodes.SelectMany(node => node.Cpus).DefaultIfEmpty(-1).Max() + 1];
        Array.Fill(_nodes, -1);
        foreach (MemoryNode node in topology.Nodes)
        {
            foreach (int cpu in node.Cpus)
            {
                _nodes[cpu] = node.Id;
            }
        }
    }

    /// <summary>The node of a CPU; -1 when there is none.</summary>
    public int Of(int cpu) => (uint)cpu < (uint)_nodes.Length ? _nodes[cpu] : -1;
}
