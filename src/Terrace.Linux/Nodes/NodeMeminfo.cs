using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Memory of one node, from <c>/sys/devices/system/node/nodeN/meminfo</c> (or, without node numbers, <c>/proc/meminfo</c>).
/// </summary>
/// <param name="TotalBytes">MemTotal: memory the page allocator manages.</param>
/// <param name="FreeBytes">MemFree.</param>
internal readonly record struct NodeMeminfo(long TotalBytes, long FreeBytes)
{
    /// <summary>Parses; false when either field is missing or not a number of kB.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NodeMeminfo meminfo)
    {
        long total = -1;
        long free = -1;
        while ((total < 0 || free < 0) && KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
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
        }

        meminfo = new NodeMeminfo(total, free);
        return total >= 0 && free >= 0;
    }

    private static long Kibibytes(ReadOnlySpan<byte> rest) =>
        KernelText.TryNumber(KernelText.TakeWord(ref rest), out long value)
            && value is >= 0 and < long.MaxValue / 1024
            && KernelText.TakeWord(ref rest).SequenceEqual("kB"u8) ? value * 1024 : -1;
}
