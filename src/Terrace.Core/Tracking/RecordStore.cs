using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Terrace.Core.Tracking;

/// <summary>
/// Memory for chunk records outside the garbage collector's heap, 64-byte aligned so that a plane is one cache line and one register.
/// Slots are reused; slabs none of whose slots are in use are given back, except a few.
/// </summary>
/// <param name="planes">Planes in a record.</param>
internal sealed unsafe class RecordStore(int planes) : IDisposable
{
    // 8 records, 7 KiB: most processes of a host have no more chunks than that, and there are thousands of them.
    private const int SlabShift = 3;
    private const int SlabRecords = 1 << SlabShift;
    private const byte AllFree = byte.MaxValue;

    /// <summary>Slabs that are kept though nothing of them is in use, one in N, and some: what comes and goes allocates nothing.</summary>
    private const int KeptPart = 8;

    private const int FewKept = 16;

    private readonly int _recordWords = planes * Machine.BitPlane.Words;

    // Of each slab its records, null when it has none, and a bit for each that is free.
    private ulong*[] _slabs = new ulong*[1];
    private byte[] _free = new byte[1];
    private int _slabCount;

    // Slabs with free slots, the next to be used last.
    private int[] _usable = new int[1];
    private int _usableCount;
    private int _held;
    private int _unused;

    /// <summary>Bytes of memory held.</summary>
    public long Bytes =>
        ((long)_held * (RecordBytes << SlabShift)) + ((long)_slabs.Length * (sizeof(ulong*) + 1)) + ((long)_usable.Length * sizeof(int));

    private int RecordBytes => _recordWords * sizeof(ulong);

    /// <summary>The record of a slot.</summary>
    /// <remarks>The ahead-of-time compiler would call it, which is a twentieth of the time that adding a scan's facts takes.</remarks>
    public ulong* this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _slabs[slot >> SlabShift] + ((slot & (SlabRecords - 1)) * _recordWords);
    }

    /// <summary>Gives a slot whose record is all zero.</summary>
    public int Rent()
    {
        int slab = _usableCount > 0 ? _usable[_usableCount - 1] : AddSlab();
        if (_slabs[slab] == null)
        {
            _slabs[slab] = (ulong*)NativeMemory.AlignedAlloc((nuint)RecordBytes << SlabShift, 64);
            _held++;
            _unused++;
        }

        _unused -= _free[slab] == AllFree ? 1 : 0;

        // Lowest first, so that neighbours in the address space are neighbours here.
        int slot = (slab << SlabShift) + BitOperations.TrailingZeroCount(_free[slab]);
        _free[slab] &= (byte)(_free[slab] - 1);
        _usableCount -= _free[slab] == 0 ? 1 : 0;
        NativeMemory.Clear(this[slot], (nuint)RecordBytes);
        return slot;
    }

    /// <summary>Takes a slot back.</summary>
    public void Return(int slot)
    {
        int slab = slot >> SlabShift;
        if (_free[slab] == 0)
        {
            _usable[_usableCount++] = slab;
        }

        _free[slab] |= (byte)(1 << (slot & (SlabRecords - 1)));
        if (_free[slab] == AllFree && ++_unused > (_held / KeptPart) + FewKept)
        {
            NativeMemory.AlignedFree(_slabs[slab]);
            _slabs[slab] = null;
            _held--;
            _unused--;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < _slabCount; i++)
        {
            NativeMemory.AlignedFree(_slabs[i]);
        }

        (_slabCount, _usableCount, _held, _unused) = (0, 0, 0, 0);
    }

    private int AddSlab()
    {
        if (_slabCount == ChunkEntry.MaxSlots >> SlabShift)
        {
            throw new InvalidOperationException("more than 32 TiB of memory whose pages are not alike in one address space");
        }

        if (_slabCount == _slabs.Length)
        {
            ulong*[] larger = new ulong*[_slabs.Length * 2];
            Array.Copy(_slabs, larger, _slabs.Length);
            _slabs = larger;
            Array.Resize(ref _free, larger.Length);
            Array.Resize(ref _usable, larger.Length);
        }

        _slabs[_slabCount] = null;
        _free[_slabCount] = AllFree;
        _usable[_usableCount++] = _slabCount;
        return _slabCount++;
    }
}
