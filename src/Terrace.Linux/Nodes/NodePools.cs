using System.Globalization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Pools of huge pages of a node (Documentation/ABI/testing/sysfs-kernel-mm-hugepages): memory that is theirs, used or not.
/// </summary>
internal static class NodePools
{
    /// <summary>Bytes that pools of all sizes hold on a node; 0 where the kernel has none.</summary>
    public static long BytesOf(FileTree tree, int node)
    {
        string numa = $"sys/devices/system/node/node{node}/hugepages";
        string sizes = tree.Has(numa) || node > 0 ? numa : "sys/kernel/mm/hugepages";
        long bytes = 0;
        foreach (string name in tree.Names(sizes))
        {
            // hugepages-2048kB
            ReadOnlySpan<char> size = name.AsSpan(name.IndexOf('-', StringComparison.Ordinal) + 1).TrimEnd("kB");
            bool read = long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes);
            read &= long.TryParse(
                tree.ReadText($"{sizes}/{name}/nr_hugepages"), NumberStyles.None, CultureInfo.InvariantCulture, out long pages);
            bytes += read ? kibibytes * 1024 * pages : 0;
        }

        return bytes;
    }
}
