using System.Runtime.InteropServices;
using Terrace.Core.Tracking;
using Terrace.Linux.PageTables;

namespace Terrace.Linux.Processes;

/// <summary>
/// Passes chunks on with the accessed bits that their treatment stands for: pages to be treated as hot look accessed, those to be treated as cold do
/// not. A huge page is treated as the mapping of its first address is.
/// </summary>
internal sealed class TreatmentSink : IScanSink
{
    private readonly List<AddressRange> _hot = [];
    private readonly List<AddressRange> _cold = [];
    private int _nextHot;
    private int _nextCold;
    private ChunkFacts _facts;
    private IScanSink _inner = DiscardingSink.Instance;

    /// <summary>True when no range is treated otherwise than by heat.</summary>
    public bool IsEmpty => _hot.Count == 0 && _cold.Count == 0;

    /// <summary>Forgets all ranges.</summary>
    public void Clear()
    {
        _hot.Clear();
        _cold.Clear();
    }

    /// <summary>Adds a range; ranges come in ascending order.</summary>
    public void Add(AddressRange range, MappingTreatment treatment)
    {
        if (treatment == MappingTreatment.Hot)
        {
            _hot.Add(range);
        }
        else if (treatment == MappingTreatment.Cold)
        {
            _cold.Add(range);
        }
    }

    /// <summary>Begins a scan whose chunks go on to <paramref name="inner"/>; the sink itself when there is nothing to change.</summary>
    public IScanSink Before(IScanSink inner)
    {
        _inner = inner;
        _nextHot = _nextCold = 0;
        return IsEmpty ? inner : this;
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ulong start = chunk << Chunk.Shift;
        bool hot = Reaches(_hot, ref _nextHot, start);
        bool cold = Reaches(_cold, ref _nextCold, start);
        if (!hot && !cold)
        {
            _inner.Record(chunk, in facts);
            return;
        }

        _facts = facts;
        if (hot)
        {
            Apply(_hot, _nextHot, start, accessed: true);
        }

        if (cold)
        {
            Apply(_cold, _nextCold, start, accessed: false);
        }

        _inner.Record(chunk, in _facts);
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

    private void Apply(List<AddressRange> ranges, int first, ulong start, bool accessed)
    {
        BitPlane covered = AddressRange.CoverageOf(start, CollectionsMarshal.AsSpan(ranges)[first..]);
        ReadOnlySpan<ulong> mask = covered.AsWords();
        Span<ulong> bits = _facts.Accessed.AsWords();
        ReadOnlySpan<ulong> present = _facts.Present.AsWords();
        for (int i = 0; i < bits.Length; i++)
        {
            ulong pages = _facts.IsHuge ? 0 - (mask[0] & 1) : mask[i] & present[i];
            bits[i] = accessed ? bits[i] | pages : bits[i] & ~pages;
        }
    }
}
