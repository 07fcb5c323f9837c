using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Cli.CommandLine;

/// <summary>Nodes that people name as a place for memory.</summary>
internal static class NodeChoice
{
    /// <summary>What is wrong with a node as a place for memory; null when nothing is.</summary>
    public static Problem? ProblemOf(IReadOnlyList<MemoryNode> nodes, int node)
    {
        string with = $"nodes with memory: {string.Join(", ", nodes.Where(known => known.CapacityBytes > 0).Select(known => known.Id))}";
        return nodes.FirstOrDefault(known => known.Id == node) is not { } there ? new Problem($"there is no node {node}", with)
            : there.CapacityBytes == 0 ? new Problem($"node {node} has no memory", with) : null;
    }
}
