using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// The system's weights for MPOL_WEIGHTED_INTERLEAVE (Documentation/ABI/testing/sysfs-kernel-mm-mempolicy-weighted-interleave,
/// Linux 6.9).
/// </summary>
public static class InterleaveWeights
{
    /// <summary>Where they are set, from the root.</summary>
    public const string Folder = "sys/kernel/mm/mempolicy/weighted_interleave";

    /// <summary>The largest weight.</summary>
    public const int Largest = 255;

    /// <summary>Weight by node; null on a kernel without weighted interleave.</summary>
    public static IReadOnlyDictionary<int, int>? Read(string root = "/")
    {
        FileTree tree = new(root);
        Dictionary<int, int> weights = [];
        foreach ((string name, long node) in tree.Numbered(Folder, "node"))
        {
            if (tree.ReadNumber($"{Folder}/{name}") is > 0 and <= Largest and long weight)
            {
                weights[(int)node] = (int)weight;
            }
        }

        return weights.Count > 0 ? weights : null;
    }
}
