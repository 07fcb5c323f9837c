using Terrace.Core.Machine;
using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Memory of one node, from <c>/sys/devices/system/node/nodeN/meminfo</c> (or, without node numbers, <c>/proc/meminfo</c>).
/// </summary>
/// <param name="TotalBytes">MemTotal: memory the page allocator manages.</param>
/// <param name="FreeBytes">MemFree.</param>
internal readonly record struct NodeMeminfo(long TotalBytes, long FreeBytes)
{
    /// <summary>Active(file) and Inactive(file): page cache; 0 when the kernel does not tell.</summary>
    public long FileListBytes { get; private init; }

    /// <summary>Active(anon), Inactive(anon) and Unevictable: memory of processes that is no file, and what is locked.</summary>
    public long AnonListBytes { get; private init; }

    /// <summary>
    /// Page cache that is dirty or being written, and pages of files that are mapped: at least as much. What is mapped of shared memory is
    /// in the kernel's count of mapped pages, too, though it is no page cache that could be dropped.
    /// </summary>
    public long HeldCacheBytes { get; private init; }

    /// <summary>What holds the node's memory.</summary>
    public NodeUse Use
    {
        get
        {
            long cache = Math.Min(FileListBytes, TotalBytes - FreeBytes);
            long processes = Math.Min(AnonListBytes, TotalBytes - FreeBytes - cache);
            return new NodeUse(FreeBytes, cache, processes, TotalBytes - FreeBytes - cache - processes)
            {
                DroppableBytes = Math.Max(0, cache - HeldCacheBytes),
            };
        }
    }

    /// <summary>Parses; false when MemTotal or MemFree is missing, not a number of kB, or more is free than there is.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NodeMeminfo meminfo)
    {
        long total = -1;
        long free = -1;
        long file = 0;
        long anon = 0;
        long written = 0;
        long mapped = 0;
        long shared = 0;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> word = KernelText.TakeWord(ref line);
            if (word.SequenceEqual("Node"u8))
            {
                KernelText.TakeWord(ref line);
                word = KernelText.TakeWord(ref line);
            }

            if (word.SequenceEqual("MemTotal:"u8))
            {
                total = Kibibytes(line);
            }
            else if (word.SequenceEqual("MemFree:"u8))
            {
                free = Kibibytes(line);
            }
            else if (word.SequenceEqual("Active(file):"u8) || word.SequenceEqual("Inactive(file):"u8))
            {
                file = Sum(file, line);
            }
            else if (
                word.SequenceEqual("Active(anon):"u8) || word.SequenceEqual("Inactive(anon):"u8) || word.SequenceEqual("Unevictable:"u8))
            {
                anon = Sum(anon, line);
            }
            else if (word.SequenceEqual("Dirty:"u8) || word.SequenceEqual("Writeback:"u8))
            {
                written = Sum(written, line);
            }
            else if (word.SequenceEqual("Mapped:"u8))
            {
                mapped = Sum(0, line);
            }
            else if (word.SequenceEqual("Shmem:"u8))
            {
                shared = Sum(0, line);
            }
        }

        long mappedFiles = Math.Max(0, mapped - shared);
        meminfo = new NodeMeminfo(total, free)
        {
            FileListBytes = file,
            AnonListBytes = anon,
            HeldCacheBytes = written > long.MaxValue - mappedFiles ? long.MaxValue : written + mappedFiles,
        };
        return total >= 0 && free >= 0 && free <= total;
    }

    // What is no number adds nothing: these fields only say how the rest is used.
    private static long Sum(long sum, ReadOnlySpan<byte> rest)
    {
        long bytes = Math.Max(0, Kibibytes(rest));
        return bytes > long.MaxValue - sum ? long.MaxValue : sum + bytes;
    }

    private static long Kibibytes(ReadOnlySpan<byte> rest) =>
        KernelText.TryNumber(KernelText.TakeWord(ref rest), out long value)
            && value is >= 0 and < long.MaxValue / 1024
            && KernelText.TakeWord(ref rest).SequenceEqual("kB"u8) ? value * 1024 : -1;
}
