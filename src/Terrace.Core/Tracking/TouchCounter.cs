using System.Numerics;
using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>Counts what one scan sees, and passes it on. Cheap enough to go along with every scan.</summary>
internal sealed class TouchCounter : IScanSink
{
    private HeatMap? _inner;
    private int _fastPlaces;
    private bool _few;

    /// <summary>Pages in the top tier.</summary>
    public long FastPages { get; private set; }

    /// <summary>Pages below it.</summary>
    public long SlowPages { get; private set; }

    /// <summary>Pages below it that were accessed.</summary>
    public long SlowTouched { get; private set; }

    /// <summary>Begins a scan.</summary>
    /// <param name="fastPlaces">Bit mask of the places of the top tier.</param>
    /// <param name="placeBits">Bits of a place.</param>
    /// <param name="inner">Where chunks are passed on to; null for nowhere.</param>
    public void Begin(int fastPlaces, int placeBits, HeatMap? inner)
    {
        _few = placeBits == PlaceMap.FewBits;
        _fastPlaces = fastPlaces;
        _inner = inner;
        FastPages = SlowPages = SlowTouched = 0;
    }

    /// <inheritdoc/>
    public bool Wants(ulong chunk)
    {
        if (_inner is null || _inner.Wants(chunk))
        {
            return true;
        }

        (int fast, int slow) = _inner.KeptPages(_fastPlaces);
        FastPages += fast;
        SlowPages += slow;
        return false;
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        _inner?.Record(chunk, in facts);
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong present = facts.Present[word];
            ulong fast = _few
                ? PlaceMask.Of(_fastPlaces, facts.PlaceLow[word], facts.PlaceHigh[word])
                : facts.PagesIn(word, _fastPlaces);
            FastPages += BitOperations.PopCount(present & fast);
            SlowPages += BitOperations.PopCount(present & ~fast);
            SlowTouched += BitOperations.PopCount(present & ~fast & facts.Accessed[word]);
        }
    }
}
