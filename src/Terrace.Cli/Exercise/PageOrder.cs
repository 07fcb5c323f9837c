using System.Numerics;
using System.Runtime.CompilerServices;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Which page has which rank: a bijection of 0 … pages-1. Contiguous: the rank plus an offset. Scattered: besides, a pseudo-random
/// permutation computed by multiply and xor-shift rounds within the next power of two, walked until it falls inside (cycle
/// walking), so that it
/// needs no table that would itself be hot memory. Another offset makes other pages hot.
/// </summary>
internal readonly struct PageOrder
{
    private readonly uint _pages;
    private readonly uint _mask;
    private readonly int _shift;
    private readonly uint _first;
    private readonly uint _second;
    private readonly uint _add;
    private readonly bool _scattered;

    public PageOrder(uint pages, bool scattered, ulong seed)
    {
        _pages = pages;
        _scattered = scattered && pages > 2;
        int bits = Math.Max(2, 32 - BitOperations.LeadingZeroCount(Math.Max(pages, 2) - 1));
        _mask = bits == 32 ? uint.MaxValue : (1U << bits) - 1;
        _shift = (bits + 1) / 2;
        ulong mixed = (seed + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        mixed ^= mixed >> 29;
        _first = (uint)(mixed >> 32) | 1;
        mixed *= 0x94D049BB133111EB;
        _second = (uint)(mixed >> 32) | 1;
        _add = (uint)mixed;
    }

    /// <summary>The page of a rank when the order is shifted by <paramref name="offset"/> (below pages).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PageOf(uint rank, uint offset)
    {
        uint page = rank + offset;
        if (page >= _pages || page < rank)
        {
            page -= _pages;
        }

        if (!_scattered)
        {
            return page;
        }

        do
        {
            page = ((page * _first) + _add) & _mask;
            page ^= page >> _shift;
            page = (page * _second) & _mask;
            page ^= page >> _shift;
        }
        while (page >= _pages);
        return page;
    }
}
