using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Tests.Trackers.PageTables;

/// <summary>Page tables built in made-up physical memory. Frames below 0x10000 are node 0, up to 0x20000 node 1.</summary>
internal sealed class SyntheticTables : IPhysicalMemory
{
    private readonly Dictionary<ulong, ulong[]> _frames = [];
    private readonly int _levels;
    private ulong _nextTable = 0x100;

    public SyntheticTables(int levels)
    {
        _levels = levels;
        Root = NewTable() << 12;
    }

    public static FrameMap Frames { get; } = new(
        [new FrameRange(0, 0x10000, 0), new FrameRange(0x10000, 0x20000, 1)],
        new PlaceMap(new Topology(
        [
            new MemoryNode(0, 1 << 28, [0], new Dictionary<int, int>()),
            new MemoryNode(1, 1 << 28, [], new Dictionary<int, int>()),
        ])));

    public ulong Root { get; }

    public long Reads { get; private set; }

    public bool TryReadPhysical(ulong address, Span<byte> buffer)
    {
        Reads++;
        for (; !buffer.IsEmpty; address += 4096, buffer = buffer[4096..])
        {
            if (!_frames.TryGetValue(address >> 12, out ulong[]? table))
            {
                return false;
            }

            MemoryMarshal.AsBytes(table.AsSpan()).CopyTo(buffer);
        }

        return true;
    }

    /// <summary>Sets the entry of a level (1: page, 2: middle, 3: upper …) for an address, making the tables above it.</summary>
    public void Set(ulong address, int level, ulong entry) => TableOf(address, level)[Index(address, level)] = entry;

    /// <summary>Overwrites whole tables, whatever they are; returns how many there are.</summary>
    public int Corrupt(int table, Func<int, ulong> entry)
    {
        ulong[] words = _frames.OrderBy(pair => pair.Key).ElementAt(table % _frames.Count).Value;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = entry(i);
        }

        return _frames.Count;
    }

    private static int Index(ulong address, int level) => (int)(address >> (12 + (9 * (level - 1)))) & 511;

    private ulong NewTable()
    {
        _frames[_nextTable] = new ulong[512];
        return _nextTable++;
    }

    private ulong[] TableOf(ulong address, int level)
    {
        ulong[] table = _frames[Root >> 12];
        for (int at = _levels; at > level; at--)
        {
            ref ulong entry = ref table[Index(address, at)];
            if (entry == 0)
            {
                entry = (NewTable() << 12) | 0x67;
            }

            table = _frames[(entry & PageTableEntry.FrameAddressMask) >> 12];
        }

        return table;
    }
}
