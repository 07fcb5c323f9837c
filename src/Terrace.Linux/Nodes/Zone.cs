using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>One zone of /proc/zoneinfo (mm/vmstat.c, zoneinfo_show_print).</summary>
/// <param name="Node">Its node.</param>
/// <param name="HighPages">High watermark: kswapd reclaims until this much is free.</param>
/// <param name="StartFrame">First page frame of its span.</param>
/// <param name="SpannedFrames">Length of its span, holes included.</param>
/// <param name="PresentFrames">Frames that exist in it; 0 for an empty zone.</param>
internal readonly record struct Zone(int Node, long HighPages, ulong StartFrame, ulong SpannedFrames, long PresentFrames)
{
    /// <summary>Min watermark: below it only the kernel itself may allocate.</summary>
    public long MinPages { get; init; }

    /// <summary>Low watermark: below it kswapd wakes up and reclaims, or demotes.</summary>
    public long LowPages { get; init; }

    /// <summary>
    /// Parses the file; zones with missing fields keep zeros there. Lines that are not understood are skipped: kernels differ.
    /// </summary>
    public static void ParseAll(ReadOnlySpan<byte> text, List<Zone> zones)
    {
        zones.Clear();
        Zone zone = new(-1, 0, 0, 0, 0);
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> word = KernelText.TakeWord(ref line);
            if (word.SequenceEqual("Node"u8))
            {
                Add(zones, zone);
                ReadOnlySpan<byte> number = KernelText.TakeWord(ref line).TrimEnd((byte)',');
                zone = new Zone(KernelText.TryNumber(number, out long node) && node is >= 0 and < 1 << 16 ? (int)node : -1, 0, 0, 0, 0);
            }
            else if (word.SequenceEqual("high"u8) && KernelText.TryNumber(line, out long high))
            {
                // The per-CPU lists below have lines "high:" with a colon; only the zone's own watermark has none.
                zone = zone with { HighPages = Math.Max(0, high) };
            }
            else if (word.SequenceEqual("low"u8) && KernelText.TryNumber(line, out long low))
            {
                zone = zone with { LowPages = Math.Max(0, low) };
            }
            else if (word.SequenceEqual("min"u8) && KernelText.TryNumber(line, out long min))
            {
                zone = zone with { MinPages = Math.Max(0, min) };
            }
            else if (word.SequenceEqual("spanned"u8) && KernelText.TryNumber(line, out long spanned))
            {
                zone = zone with { SpannedFrames = (ulong)Math.Max(0, spanned) };
            }
            else if (word.SequenceEqual("present"u8) && KernelText.TryNumber(line, out long present))
            {
                zone = zone with { PresentFrames = Math.Max(0, present) };
            }
            else if (word.SequenceEqual("start_pfn:"u8) && KernelText.TryNumber(line, out long start))
            {
                zone = zone with { StartFrame = (ulong)Math.Max(0, start) };
            }
        }

        Add(zones, zone);
    }

    private static void Add(List<Zone> zones, Zone zone)
    {
        if (zone.Node >= 0)
        {
            zones.Add(zone);
        }
    }
}
