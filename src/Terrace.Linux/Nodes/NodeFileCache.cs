using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Page cache of a node that nobody maps: what programs read with read(2). No page table has it, so its use cannot be seen there, and
/// Terrace does not move it.
/// </summary>
public static class NodeFileCache
{
    /// <summary>
    /// Bytes, at least: the node's page cache less all that is mapped and less shared memory, some of which is mapped too. 0 where the
    /// node does not tell.
    /// </summary>
    public static long UnmappedBytes(FileTree tree, int node)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ReadOnlySpan<byte> text = tree.Read($"sys/devices/system/node/node{node}/meminfo");
        long cache = 0;
        long other = 0;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            // "Node 0 FilePages:        1234 kB"
            KernelText.TakeWord(ref line);
            KernelText.TakeWord(ref line);
            ReadOnlySpan<byte> key = KernelText.TakeWord(ref line);
            long bytes = KernelText.TryNumber(KernelText.TakeWord(ref line), out long kibibytes) && kibibytes is >= 0 and < (1L << 42)
                ? kibibytes * 1024
                : 0;
            cache += key.SequenceEqual("FilePages:"u8) ? bytes : 0;
            other += key.SequenceEqual("Mapped:"u8) || key.SequenceEqual("Shmem:"u8) ? bytes : 0;
        }

        return Math.Max(0, cache - other);
    }
}
