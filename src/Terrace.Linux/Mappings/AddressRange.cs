using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>A run of a process's address space.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
internal readonly record struct AddressRange(ulong Start, ulong End)
{
    /// <summary>Those of some ranges, ascending and apart, that do not end before an address.</summary>
    public static ReadOnlySpan<AddressRange> From(ReadOnlySpan<AddressRange> ranges, ulong address)
    {
        int low = 0;
        int high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ranges[middle].End <= address ? (middle + 1, high) : (low, middle);
        }

        return ranges[low..];
    }

    /// <summary>Which pages of the chunk at <paramref name="chunkStart"/> the ranges cover; they are ascending and apart.</summary>
    public static BitPlane CoverageOf(ulong chunkStart, ReadOnlySpan<AddressRange> ranges)
    {
        BitPlane plane = default;
        Span<ulong> words = plane.AsWords();
        ulong chunkEnd = chunkStart + Chunk.Bytes;
        foreach (ref readonly AddressRange range in ranges)
        {
            if (range.Start >= chunkEnd)
            {
                break;
            }

            if (range.End <= chunkStart)
            {
                continue;
            }

            int first = (int)((Math.Max(range.Start, chunkStart) - chunkStart) >> Chunk.PageShift);
            int end = (int)((Math.Min(range.End, chunkEnd) - chunkStart + Chunk.PageBytes - 1) >> Chunk.PageShift);
            for (int word = first >> 6; word < BitPlane.Words && word << 6 < end; word++)
            {
                int from = Math.Max(first - (word << 6), 0);
                int to = Math.Min(end - (word << 6), 64);
                words[word] |= (ulong.MaxValue << from) & (ulong.MaxValue >> (64 - to));
            }
        }

        return plane;
    }
}
