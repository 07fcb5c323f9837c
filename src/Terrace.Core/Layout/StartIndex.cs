using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Terrace.Core.Layout;

/// <summary>
/// Finds the last of some ascending starts at or before a page: by a table of equal blocks of the whole span, about two for each
/// start, and where starts crowd in a block by one more table of that block's own parts.
/// What is left, one or two where starts are about evenly far apart within a block, is a binary search without branches that
/// depend on the data. Immutable.
/// </summary>
internal sealed class StartIndex
{
    /// <summary>A block with more starts than this has a table of its own.</summary>
    private const int Crowd = 8;

    private readonly ulong[] _starts;
    private readonly ulong _span;
    private readonly int _blockShift;

    // For each block the last start at or before its first page; one more at the end.
    private readonly int[] _startOfBlock = [];

    // The tables of crowded blocks one after the other, alike; and for each block where its own begins and how large its parts
    // are. Empty when no block is crowded.
    private readonly int[] _startOfPart = [];
    private readonly (int Table, int Shift)[] _tableOfBlock = [];

    /// <summary>Makes an index of <paramref name="starts"/>, ascending, of a span of pages that begins with the first of them.</summary>
    public StartIndex(ulong[] starts, ulong span)
    {
        _starts = starts;
        _span = span;
        if (starts.Length == 0)
        {
            return;
        }

        ulong blocks = BitOperations.RoundUpToPowerOf2((uint)starts.Length) * 2UL;
        while ((span - 1) >> _blockShift >= blocks)
        {
            _blockShift++;
        }

        _startOfBlock = new int[(int)((span - 1) >> _blockShift) + 2];
        Fill(_startOfBlock, 0, _blockShift, 0, starts.Length - 1);
        List<int> parts = [];
        for (int block = 0; block < _startOfBlock.Length - 1; block++)
        {
            int count = _startOfBlock[block + 1] - _startOfBlock[block] + 1;
            if (count <= Crowd || _blockShift == 0)
            {
                continue;
            }

            if (_tableOfBlock.Length == 0)
            {
                _tableOfBlock = new (int, int)[_startOfBlock.Length];
            }

            int partsShift = Math.Min(_blockShift, BitOperations.Log2((uint)count) + 2);
            int[] table = new int[(1 << partsShift) + 1];
            Fill(table, (ulong)block << _blockShift, _blockShift - partsShift, _startOfBlock[block], _startOfBlock[block + 1]);
            _tableOfBlock[block] = (parts.Count, _blockShift - partsShift);
            parts.AddRange(table);
        }

        _startOfPart = [.. parts];
    }

    /// <summary>The number of the last start at or before a page; -1 for one before the first start or beyond the span.</summary>
    public int Find(ulong page)
    {
        ref ulong starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        ulong offset = _starts.Length == 0 ? ulong.MaxValue : page - starts;
        if (offset >= _span)
        {
            return -1;
        }

        nint block = (nint)(offset >> _blockShift);
        ref int found = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_startOfBlock), block);
        nint low = found;
        nint count = Unsafe.Add(ref found, 1) - low + 1;
        if (count > Crowd && _tableOfBlock.Length > 0)
        {
            (int table, int shift) = _tableOfBlock[block];
            found = ref Unsafe.Add(
                ref MemoryMarshal.GetArrayDataReference(_startOfPart), table + (nint)((offset & ((1UL << _blockShift) - 1)) >> shift));
            low = found;
            count = Unsafe.Add(ref found, 1) - low + 1;
        }

        while (count > 1)
        {
            nint half = count >> 1;
            low += half & -(nint)(Unsafe.Add(ref starts, low + half) <= page ? 1 : 0);
            count -= half;
        }

        return (int)low;
    }

    // For each part of a table the last start at or before its first page, and one more at the end.
    private void Fill(int[] table, ulong begin, int shift, int first, int last)
    {
        int start = first;
        for (int part = 0; part < table.Length - 1; part++)
        {
            while (start < last && _starts[start + 1] - _starts[0] <= begin + ((ulong)part << shift))
            {
                start++;
            }

            table[part] = start;
        }

        table[^1] = last;
    }
}
