using System.Runtime.InteropServices;
using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// Which pages are joined to folios (<see cref="FolioRuns"/>), a plane for each slot of a heat map's records, and in how many scans in a
/// row each page was accessed. Apart from the records: most processes have no folios, and nothing is held for them. Outside the garbage
/// collector's heap, as the records are.
/// </summary>
internal sealed unsafe class FolioPlanes : IDisposable
{
    private const int SlabShift = 5;

    /// <summary>Accessed in the last scan, in the last two, three and four of them.</summary>
    private const int Streaks = 4;

    private const int SlotWords = (1 + Streaks) * BitPlane.Words;
    private const int SlabBytes = (SlotWords * sizeof(ulong)) << SlabShift;

    private ulong*[] _slabs = [];
    private int _held;

    /// <summary>True when there has been none: nothing need be asked.</summary>
    public bool IsEmpty => _held == 0;

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => ((long)_held * SlabBytes) + ((long)_slabs.Length * sizeof(ulong*));

    /// <summary>The words of a slot's plane; null when it has no folios.</summary>
    public ulong* Of(int slot)
    {
        int slab = slot >> SlabShift;
        if (slab >= _slabs.Length || _slabs[slab] == null)
        {
            return null;
        }

        ulong* plane = PlaneAt(slot);
        return new ReadOnlySpan<ulong>(plane, BitPlane.Words).ContainsAnyExcept(0UL) ? plane : null;
    }

    /// <summary>Sets a slot's plane.</summary>
    public void Set(int slot, in BitPlane joined)
    {
        int slab = slot >> SlabShift;
        if (slab >= _slabs.Length)
        {
            ulong*[] larger = new ulong*[Math.Max(slab + 1, _slabs.Length + (_slabs.Length / 4))];
            Array.Copy(_slabs, larger, _slabs.Length);
            _slabs = larger;
        }

        if (_slabs[slab] == null)
        {
            _slabs[slab] = (ulong*)NativeMemory.AlignedAlloc(SlabBytes, 64);
            NativeMemory.Clear(_slabs[slab], SlabBytes);
            _held++;
        }

        ReadOnlySpan<ulong> words = joined;
        words.CopyTo(new Span<ulong>(PlaneAt(slot), BitPlane.Words));
    }

    /// <summary>
    /// Takes in a scan of a slot that <see cref="Set"/> was called for: tells which of the pages that were accessed were so in the four
    /// scans before, too.
    /// </summary>
    public void Continue(int slot, ReadOnlySpan<ulong> accessed, Span<ulong> always)
    {
        ulong* streaks = PlaneAt(slot) + BitPlane.Words;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong streak = accessed[word];
            for (int i = 0; i < Streaks; i++)
            {
                ulong* before = streaks + (i * BitPlane.Words) + word;
                (streak, *before) = (streak & *before, streak);
            }

            always[word] = streak;
        }
    }

    /// <summary>Notes that a slot has no folios.</summary>
    public void Clear(int slot)
    {
        int slab = slot >> SlabShift;
        if (slab < _slabs.Length && _slabs[slab] != null)
        {
            new Span<ulong>(PlaneAt(slot), SlotWords).Clear();
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (ulong* slab in _slabs)
        {
            NativeMemory.AlignedFree(slab);
        }

        (_slabs, _held) = ([], 0);
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private ulong* PlaneAt(int slot) => _slabs[slot >> SlabShift] + ((slot & ((1 << SlabShift) - 1)) * SlotWords);
}
