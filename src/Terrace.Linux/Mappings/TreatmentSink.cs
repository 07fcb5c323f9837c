using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Passes chunks on with the accessed bits that their treatment stands for, and apart by the area that their pages are of: pages
/// to be treated as hot look accessed,
/// those to be treated as cold do not. A huge page is treated as the mapping of its first address is, and is of its area.
/// </summary>
internal sealed class TreatmentSink : IScanSink
{
    private readonly List<AddressRange> _hot = [];
    private readonly List<AddressRange> _cold = [];

    // By the area's number; entry 0 is not used.
    private readonly List<AddressRange>[] _areas = [.. Enumerable.Range(0, FastArea.Most + 1).Select(_ => new List<AddressRange>())];
    private readonly int[] _nextOf = new int[FastArea.Most + 1];
    private int _nextHot;
    private int _nextCold;
    private int _areaRanges;
    private ChunkFacts _facts;
    private IScanSink _inner = DiscardingSink.Instance;

    /// <summary>True when no range is treated otherwise than by heat, and none is of an area.</summary>
    public bool IsEmpty => _hot.Count == 0 && _cold.Count == 0 && _areaRanges == 0;

    /// <summary>Pages of the last scan whose accessed bits it set or cleared.</summary>
    public TreatedPages Treated { get; private set; }

    /// <summary>Forgets all ranges.</summary>
    public void Clear()
    {
        _hot.Clear();
        _cold.Clear();
        for (int area = 1; _areaRanges > 0 && area < _areas.Length; area++)
        {
            _areas[area].Clear();
        }

        _areaRanges = 0;
    }

    /// <summary>Adds a range, of an area when <paramref name="area"/> is above 0; ranges come in ascending order.</summary>
    public void Add(AddressRange range, MappingTreatment treatment, int area = 0)
    {
        if (area > 0)
        {
            _areas[area].Add(range);
            _areaRanges++;
        }

        if (treatment == MappingTreatment.Hot)
        {
            _hot.Add(range);
        }
        else if (treatment == MappingTreatment.Cold)
        {
            _cold.Add(range);
        }
    }

    /// <summary>
    /// Begins a scan whose chunks are passed on to <paramref name="inner"/>; the sink itself when there is nothing to change.
    /// </summary>
    public IScanSink Before(IScanSink inner)
    {
        _inner = inner;
        _nextHot = _nextCold = 0;
        Array.Clear(_nextOf);
        Treated = default;
        return IsEmpty ? inner : this;
    }

    /// <inheritdoc/>
    public bool Wants(ulong chunk)
    {
        ulong start = chunk << Chunk.Shift;
        bool isTreated = Reaches(_hot, ref _nextHot, start) || Reaches(_cold, ref _nextCold, start);
        for (int area = 1; !isTreated && _areaRanges > 0 && area < _areas.Length; area++)
        {
            isTreated = Reaches(_areas[area], ref _nextOf[area], start);
        }

        return isTreated || _inner.Wants(chunk);
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ulong start = chunk << Chunk.Shift;
        bool hot = Reaches(_hot, ref _nextHot, start);
        bool cold = Reaches(_cold, ref _nextCold, start);
        if (!hot && !cold && _areaRanges == 0)
        {
            _inner.Record(chunk, in facts);
            return;
        }

        _facts = facts;
        _facts.Area = 0;
        if (hot)
        {
            Treated = Treated with { Hot = Treated.Hot + Apply(_hot, _nextHot, start, accessed: true) };
        }

        if (cold)
        {
            Treated = Treated with { Cold = Treated.Cold + Apply(_cold, _nextCold, start, accessed: false) };
        }

        if (_areaRanges == 0)
        {
            _inner.Record(chunk, in _facts);
        }
        else
        {
            RecordByArea(chunk, start);
        }
    }

    /// <summary>Passes a chunk on in as many pieces as it has pages of areas, what is of none first.</summary>
    private void RecordByArea(ulong chunk, ulong start)
    {
        BitPlane present = _facts.Present;
        BitPlane rest = present;
        int areas = 0;
        for (int area = 1; area < _areas.Length; area++)
        {
            if (Reaches(_areas[area], ref _nextOf[area], start))
            {
                areas |= 1 << area;
                Keep(rest.AsWords(), CoverageOf(area, start), inside: false);
            }
        }

        RecordPiece(chunk, 0, rest);
        for (int area = 1; area < _areas.Length; area++)
        {
            if ((areas & (1 << area)) != 0)
            {
                BitPlane pages = present;
                Keep(pages.AsWords(), CoverageOf(area, start), inside: true);
                RecordPiece(chunk, area, pages);
            }
        }
    }

    private void RecordPiece(ulong chunk, int area, BitPlane pages)
    {
        if (pages.AsWords().ContainsAnyExcept(0UL))
        {
            _facts.Present = pages;
            _facts.Area = (byte)area;
            _inner.Record(chunk, in _facts);
        }
    }

    private static void Keep(Span<ulong> pages, BitPlane covered, bool inside)
    {
        ReadOnlySpan<ulong> mask = covered.AsWords();
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] &= inside ? mask[i] : ~mask[i];
        }
    }

    private BitPlane CoverageOf(int area, ulong start)
    {
        BitPlane covered = AddressRange.CoverageOf(start, CollectionsMarshal.AsSpan(_areas[area])[_nextOf[area]..]);
        if (_facts.IsHuge)
        {
            covered.Fill(0 - (covered.AsWords()[0] & 1));
        }

        return covered;
    }

    // Chunks come in ascending order: ranges that end before this one are done with.
    private static bool Reaches(List<AddressRange> ranges, ref int next, ulong start)
    {
        while (next < ranges.Count && ranges[next].End <= start)
        {
            next++;
        }

        return next < ranges.Count && ranges[next].Start < start + Chunk.Bytes;
    }

    /// <summary>Returns how many pages it changed, or would have had they looked otherwise.</summary>
    private long Apply(List<AddressRange> ranges, int first, ulong start, bool accessed)
    {
        BitPlane covered = AddressRange.CoverageOf(start, CollectionsMarshal.AsSpan(ranges)[first..]);
        ReadOnlySpan<ulong> mask = covered.AsWords();
        Span<ulong> bits = _facts.Accessed.AsWords();
        ReadOnlySpan<ulong> present = _facts.Present.AsWords();
        long count = 0;
        for (int i = 0; i < bits.Length; i++)
        {
            ulong pages = _facts.IsHuge ? 0 - (mask[0] & 1) : mask[i] & present[i];
            bits[i] = accessed ? bits[i] | pages : bits[i] & ~pages;
            count += BitOperations.PopCount(pages);
        }

        return count;
    }
}
