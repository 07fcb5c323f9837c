using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Terrace.Core.Tracking;

/// <summary>
/// Memory for chunk records outside the garbage collector's heap, 64-byte aligned so that a plane is one cache line and one register.
/// Slots are reused; slabs are given back only when the store is disposed.
/// </summary>
/// <param name="planes">Planes in a record.</param>
internal sealed unsafe class RecordStore(int planes) : IDisposable
{
    // 8 records, 7 KiB: most processes of a host have no more chunks than that, and there are thousands of them.
    private const int SlabShift = 3;

    private readonly int _recordWords = planes * Machine.BitPlane.Words;

    private ulong*[] _slabs = new ulong*[1];
    private int _slabCount;
    private int[] _free = new int[1 << SlabShift];
    private int _freeCount;

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => ((long)_slabCount * ((RecordBytes << SlabShift) + sizeof(ulong*))) + ((long)_free.Length * sizeof(int));

    private int RecordBytes => _recordWords * sizeof(ulong);

    /// <summary>The record of a slot.</summary>
    /// <remarks>The ahead-of-time compiler would call it, which is a twentieth of the time that adding a scan's facts takes.</remarks>
    public ulong* this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _slabs[slot >> SlabShift] + ((slot & ((1 << SlabShift) - 1)) * _recordWords);
    }

    /// <summary>Gives a slot whose record is all zero.</summary>
    public int Rent()
    {
        if (_freeCount == 0)
        {
            AddSlab();
        }

        int slot = _free[--_freeCount];
        NativeMemory.Clear(this[slot], (nuint)RecordBytes);
        return slot;
    }

    /// <summary>Takes a slot back.</summary>
    public void Return(int slot)
    {
        if (_freeCount == _free.Length)
        {
            Array.Resize(ref _free, _free.Length * 2);
        }

        _free[_freeCount++] = slot;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < _slabCount; i++)
        {
            NativeMemory.AlignedFree(_slabs[i]);
        }

        _slabCount = 0;
        _freeCount = 0;
    }

    private void AddSlab()
    {
        if (_slabCount == ChunkEntry.MaxSlots >> SlabShift)
        {
            throw new InvalidOperationException("more than 256 TiB of mapped memory in one address space");
        }

        if (_slabCount == _slabs.Length)
        {
            ulong*[] larger = new ulong*[_slabs.Length * 2];
            Array.Copy(_slabs, larger, _slabs.Length);
            _slabs = larger;
        }

        _slabs[_slabCount] = (ulong*)NativeMemory.AlignedAlloc((nuint)RecordBytes << SlabShift, 64);
        int first = _slabCount++ << SlabShift;

        // Highest first, so that slots are handed out in ascending order and neighbours in the address space are neighbours here.
        for (int i = (1 << SlabShift) - 1; i >= 0; i--)
        {
            Return(first + i);
        }
    }
}
