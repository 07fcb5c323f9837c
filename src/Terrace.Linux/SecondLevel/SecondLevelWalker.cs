using System.Runtime.InteropServices;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.SecondLevel;

/// <summary>
/// Walks second-level page tables in physical memory and marks the frames that the guest accessed. Which guest-physical address
/// maps a frame does not matter, and
/// that KVM changes the tables meanwhile costs no more than a wrong mark.
/// </summary>
internal sealed class SecondLevelWalker<TMemory>(TMemory memory)
    where TMemory : IPhysicalMemory
{
    private const int MaxLevels = 5;

    private readonly ulong[][] _tables =
    [
        .. Enumerable.Range(0, MaxLevels + 1).Select(_ => GC.AllocateArray<ulong>(PageTableEntry.Entries, pinned: true)),
    ];
    private long _reads;

    /// <summary>Frame bits of entries, without the memory-encryption bit.</summary>
    public ulong AddressMask { get; init; } = PageTableEntry.FrameAddressMask;

    /// <summary>Marks what was accessed below a top table; returns how many tables were asked for.</summary>
    /// <param name="root">Physical address of the top table.</param>
    /// <param name="levels">Its level: 3 to 5.</param>
    /// <param name="format">How entries look.</param>
    /// <param name="maxReads">Most tables to read.</param>
    /// <param name="marks">Takes the marks.</param>
    public long Walk(ulong root, int levels, SecondLevelFormat format, long maxReads, FrameMarks marks)
    {
        _reads = 0;
        if (levels is >= 3 and <= MaxLevels)
        {
            Visit(root, levels, format, maxReads, marks);
        }

        return _reads;
    }

    private void Visit(ulong table, int level, SecondLevelFormat format, long maxReads, FrameMarks marks)
    {
        ulong[] entries = _tables[level];
        if (_reads++ >= maxReads || !memory.TryReadPhysical(table, MemoryMarshal.AsBytes(entries.AsSpan())))
        {
            return;
        }

        int shift = 9 * (level - 1);
        foreach (ulong entry in entries)
        {
            if ((entry & format.PresentMask) == 0)
            {
                continue;
            }

            if (level > 1 && (entry & SecondLevelFormat.HugeMask) == 0)
            {
                Visit(entry & AddressMask, level - 1, format, maxReads, marks);
            }
            else if ((entry & format.AccessedMask) != 0 && level <= 3)
            {
                // The lowest bits of a huge page's address may be attributes.
                ulong frame = (entry & AddressMask) >> Chunk.PageShift;
                marks.Mark(frame >> shift << shift, 1UL << shift);
            }
        }
    }
}
