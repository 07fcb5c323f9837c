using Terrace.Linux.Files;

namespace Terrace.Linux.ControlGroups;

/// <summary>
/// memory.numa_stat of a control group (Documentation/admin-guide/cgroup-v2.rst): lines <c>anon N0=4096 N1=0</c>, in any order,
/// bytes; the group's
/// own and those of the groups below it.
/// </summary>
public static class NumaStat
{
    /// <summary>x86 has physical addresses of 52 bits: there is no more memory, and sums of a few figures do not overflow.</summary>
    private const long MaxBytes = 1L << 52;

    /// <summary>
    /// Reads that of the group at a path as /proc/PID/cgroup has it; null where there is none: another cgroup version, or the
    /// memory controller is not switched on for it.
    /// </summary>
    public static IReadOnlyList<NodeUsage>? Read(string cgroup, string root = "/")
    {
        ArgumentNullException.ThrowIfNull(cgroup);
        return new FileTree(root).Read($"sys/fs/cgroup/{cgroup.Trim('/')}/memory.numa_stat") is { } text ? Parse(text) : null;
    }

    /// <summary>
    /// Parses, by node; null for an empty text. Keys that are not known and words that are no node's are passed over: kernels add
    /// to both.
    /// </summary>
    internal static IReadOnlyList<NodeUsage>? Parse(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        SortedDictionary<int, NodeUsage> nodes = [];
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> key = KernelText.TakeWord(ref line);
            while (KernelText.TakeWord(ref line) is { IsEmpty: false } word)
            {
                int equals = word.IndexOf((byte)'=');
                if (equals > 1
                    && word[0] == (byte)'N'
                    && KernelText.TryNumber(word[1..equals], out long node)
                    && KernelText.TryNumber(word[(equals + 1)..], out long bytes)
                    && node is >= 0 and <= int.MaxValue && bytes is >= 0 and <= MaxBytes)
                {
                    NodeUsage usage = nodes.GetValueOrDefault((int)node) ?? new NodeUsage((int)node, 0, 0, 0, 0);
                    if (Add(usage, key, bytes) is { } sum)
                    {
                        nodes[(int)node] = sum;
                    }
                }
            }
        }

        return [.. nodes.Values];
    }

    private static NodeUsage? Add(NodeUsage usage, ReadOnlySpan<byte> key, long bytes) =>
        key.SequenceEqual("anon"u8) ? usage with { AnonBytes = usage.AnonBytes + bytes }
        : key.SequenceEqual("file"u8) ? usage with { FileBytes = usage.FileBytes + bytes }
        : key.SequenceEqual("file_mapped"u8) ? usage with { MappedBytes = usage.MappedBytes + bytes }
        : key.SequenceEqual("shmem"u8) ? usage with { ShmemBytes = usage.ShmemBytes + bytes }
        : key.SequenceEqual("kernel_stack"u8) || key.SequenceEqual("pagetables"u8) || key.SequenceEqual("sec_pagetables"u8)
            || key.SequenceEqual("slab_reclaimable"u8)
            || key.SequenceEqual("slab_unreclaimable"u8) ? usage with { KernelBytes = usage.KernelBytes + bytes }
        : null;
}
