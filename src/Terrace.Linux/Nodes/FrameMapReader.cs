using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Reads which page frames are on which node: memory blocks where the kernel has them
/// (Documentation/admin-guide/mm/memory-hotplug.rst), else the spans of the zones.
/// </summary>
internal static class FrameMapReader
{
    private const string Blocks = "sys/devices/system/memory/block_size_bytes";

    public static FrameMap Read(FileTree tree, IReadOnlyList<int> nodes, IReadOnlyList<Zone> zones, PlaceMap places)
    {
        if (tree.Read(Blocks) is not { } text)
        {
            return new FrameMap(WithoutOverlap([.. Spans(zones)]), places);
        }

        // Hexadecimal without 0x, in bytes.
        if (!KernelText.TryHex(text, out ulong blockBytes) || blockBytes < Chunk.Bytes || blockBytes % Chunk.PageBytes != 0)
        {
            throw new InvalidDataException($"{tree.PathOf(Blocks)}: not a memory block size in hexadecimal");
        }

        ulong blockFrames = blockBytes / Chunk.PageBytes;
        Dictionary<long, int> nodeOfBlock = [];
        HashSet<long> shared = [];
        foreach (int node in nodes)
        {
            foreach ((_, long block) in tree.Numbered($"sys/devices/system/node/node{node}", "memory"))
            {
                if (!nodeOfBlock.TryAdd(block, node))
                {
                    shared.Add(block);
                }
            }
        }

        List<FrameRange> ranges = [];
        foreach ((long block, int node) in nodeOfBlock)
        {
            ulong start = (ulong)block * blockFrames;
            if (shared.Contains(block))
            {
                // Firmware may put a node's boundary inside a block; the zones know where.
                ranges.AddRange(Spans(zones)
                    .Select(span => span with { Start = Math.Max(span.Start, start), End = Math.Min(span.End, start + blockFrames) })
                    .Where(span => span.Start < span.End));
            }
            else
            {
                ranges.Add(new FrameRange(start, start + blockFrames, node));
            }
        }

        return new FrameMap(WithoutOverlap(ranges), places);
    }

    private static IEnumerable<FrameRange> Spans(IReadOnlyList<Zone> zones) =>
        zones.Where(zone => zone.PresentFrames > 0 && zone.SpannedFrames > 0)
            .Select(zone => new FrameRange(zone.StartFrame, zone.StartFrame + zone.SpannedFrames, zone.Node));

    // Spans of zones include holes, and interleaved nodes lie in one another's holes: the run that begins later wins there.
    private static List<FrameRange> WithoutOverlap(List<FrameRange> ranges)
    {
        ranges.Sort((a, b) => a.Start.CompareTo(b.Start));
        List<FrameRange> apart = [];
        for (int i = 0; i < ranges.Count; i++)
        {
            ulong end = i + 1 < ranges.Count ? Math.Min(ranges[i].End, ranges[i + 1].Start) : ranges[i].End;
            if (ranges[i].Start < end)
            {
                apart.Add(ranges[i] with { End = end });
            }
        }

        return apart;
    }
}
