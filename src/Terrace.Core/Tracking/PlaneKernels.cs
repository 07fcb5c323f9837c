using System.Runtime.CompilerServices;
using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// The inner loops of the heat map over one chunk's record: a handful of logic instructions for 512 pages. <c>record</c> points to
/// the words of a record, laid out as <see cref="ChunkPlanes"/> says.
/// </summary>
internal static unsafe class PlaneKernels<TLane, TPlaces>
    where TLane : unmanaged, IPlaneLane<TLane>
    where TPlaces : struct, IPlaceBits
{
    /// <summary>
    /// Adds one scan's facts. <paramref name="before"/>: how many scans of the round may be in the counts so far; with 0 they
    /// start at 0.
    /// </summary>
    public static void Record(ulong* record, in ChunkFacts facts, int before)
    {
        fixed (ChunkFacts* f = &facts)
        {
            for (int word = 0; word < BitPlane.Words; word += TLane.Words)
            {
                TLane present = TLane.Load((ulong*)&f->Present, word);
                TLane accessed = TLane.Load((ulong*)&f->Accessed, word) & present;
                TLane known = Load(record, ChunkPlanes.Present, word);
                if (!TLane.IsZero(TLane.AndNot(known, present)))
                {
                    Forget(record, word, present);
                }

                Store(present, record, ChunkPlanes.Present, word);
                Store(TLane.Load((ulong*)&f->PlaceLow, word) & present, record, ChunkPlanes.Place, word);
                Store(TLane.Load((ulong*)&f->PlaceHigh, word) & present, record, ChunkPlanes.Place + 1, word);
                if (TPlaces.Bits > PlaceMap.FewBits)
                {
                    Store(TLane.Load((ulong*)&f->PlaceThird, word) & present, record, ChunkPlanes.PlaceUpper, word);
                    Store(TLane.Load((ulong*)&f->PlaceFourth, word) & present, record, ChunkPlanes.PlaceUpper + 1, word);
                }

                if (before == 0)
                {
                    Store(accessed, record, ChunkPlanes.Count, word);
                    TLane none = accessed ^ accessed;
                    for (int bit = 1; bit < ChunkPlanes.CountBits; bit++)
                    {
                        Store(none, record, ChunkPlanes.Count + bit, word);
                    }
                }
                else
                {
                    Increment(record, word, accessed, before);
                }
            }
        }
    }

    /// <summary>Ends a round: halves heat, adds the round's counts, lets resting pages come one round nearer to moving again.</summary>
    public static void Fold(ulong* record)
    {
        for (int word = 0; word < BitPlane.Words; word += TLane.Words)
        {
            // Halving is a shift of planes: bit i of the sum's first term is bit i + 1 of the old heat.
            TLane carry = default;
            for (int bit = 0; bit < ChunkPlanes.HeatBits; bit++)
            {
                TLane halved = bit + 1 < ChunkPlanes.HeatBits ? Load(record, ChunkPlanes.Heat + bit + 1, word) : default;
                TLane count = bit < ChunkPlanes.CountBits ? Load(record, ChunkPlanes.Count + bit, word) : default;
                TLane either = halved ^ count;
                Store(either ^ carry, record, ChunkPlanes.Heat + bit, word);
                carry = (halved & count) | (either & carry);
            }

            TLane restLow = Load(record, ChunkPlanes.Rest, word);
            TLane restHigh = Load(record, ChunkPlanes.Rest + 1, word);
            Store(TLane.AndNot(restHigh, restLow), record, ChunkPlanes.Rest, word);
            Store(restHigh & restLow, record, ChunkPlanes.Rest + 1, word);
        }
    }

    /// <summary>Counts pages whose count this round equals <paramref name="scans"/>, and pages with any count.</summary>
    public static (int Hot, int Touched) CountRound(ulong* record, int scans)
    {
        int hot = 0;
        int touched = 0;
        for (int word = 0; word < BitPlane.Words; word += TLane.Words)
        {
            TLane any = Load(record, ChunkPlanes.Count, word);
            for (int bit = 1; bit < ChunkPlanes.CountBits; bit++)
            {
                any |= Load(record, ChunkPlanes.Count + bit, word);
            }

            if (TLane.IsZero(any))
            {
                continue;
            }

            touched += TLane.PopCount(any);
            hot += TLane.PopCount(Compare(record, ChunkPlanes.Count, ChunkPlanes.CountBits, word, scans, any).Equal);
        }

        return (hot, touched);
    }

    /// <summary>
    /// For each heat that pages had before this round, adds how many there are to <paramref name="pages"/> and the sum of their
    /// counts in this round to
    /// <paramref name="counts"/>: what heat was worth as a forecast. Entries 0 to 31 are of pages outside
    /// <paramref name="fastPlaces"/> (a bit
    /// mask), 32 to 63 of pages inside. To be called before <see cref="Fold"/>.
    /// </summary>
    public static void AddToForecast(ulong* record, int fastPlaces, long* pages, long* counts)
    {
        for (int word = 0; word < BitPlane.Words; word += TLane.Words)
        {
            TLane present = Load(record, ChunkPlanes.Present, word);
            TLane fast = present & InPlaces(record, word, fastPlaces);
            SplitForecast(record, word, TLane.AndNot(present, fast), ChunkPlanes.HeatBits - 1, pages, counts);
            SplitForecast(record, word, fast, ChunkPlanes.HeatBits - 1, pages + HeatMap.HeatLevels, counts + HeatMap.HeatLevels);
        }
    }

    /// <summary>
    /// Adds the chunk's pages to histograms with an entry for each <c>place × 32 + heat</c>: all pages to <paramref name="all"/>,
    /// resting ones also to <paramref name="resting"/>.
    /// </summary>
    public static void AddToHistogram(ulong* record, long* all, long* resting)
    {
        for (int word = 0; word < BitPlane.Words; word += TLane.Words)
        {
            TLane present = Load(record, ChunkPlanes.Present, word);
            TLane rests = Load(record, ChunkPlanes.Rest, word) | Load(record, ChunkPlanes.Rest + 1, word);
            for (int place = 0; place < 1 << TPlaces.Bits; place++)
            {
                TLane pages = present & InPlace(record, word, place);
                if (TLane.IsZero(pages))
                {
                    continue;
                }

                Split(record, word, pages, ChunkPlanes.HeatBits - 1, all + (place * HeatMap.HeatLevels));
                Split(record, word, pages & rests, ChunkPlanes.HeatBits - 1, resting + (place * HeatMap.HeatLevels));
            }
        }
    }

    /// <summary>
    /// The chunk's pages that lie in a place of <paramref name="places"/> (bit mask), do not rest, and whose heat is
    /// above (or, going down, below) <paramref name="bound"/>, into <paramref name="beyond"/>; those whose heat equals it into
    /// <paramref name="at"/>. True when there is any.
    /// </summary>
    public static bool Select(ulong* record, int places, int bound, bool above, ulong* beyond, ulong* at)
    {
        bool any = false;
        for (int word = 0; word < BitPlane.Words; word += TLane.Words)
        {
            TLane pages = Load(record, ChunkPlanes.Present, word) & InPlaces(record, word, places);
            pages = TLane.AndNot(pages, Load(record, ChunkPlanes.Rest, word) | Load(record, ChunkPlanes.Rest + 1, word));
            (TLane more, TLane equal) = Compare(record, ChunkPlanes.Heat, ChunkPlanes.HeatBits, word, bound, pages);
            TLane chosen = above ? more : TLane.AndNot(pages, more | equal);
            TLane.Store(chosen, beyond, word);
            TLane.Store(equal, at, word);
            any |= !TLane.IsZero(chosen | equal);
        }

        return any;
    }

    /// <summary>Pages (mapped or not) whose place is in a bit mask of places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane InPlaces(ulong* record, int word, int places)
    {
        TLane found = default;
        for (int place = 0; place < 1 << TPlaces.Bits; place++)
        {
            if ((places & (1 << place)) != 0)
            {
                found |= InPlace(record, word, place);
            }
        }

        return found;
    }

    /// <summary>Pages (mapped or not) whose place is the one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane InPlace(ulong* record, int word, int place)
    {
        TLane low = Load(record, ChunkPlanes.Place, word);
        TLane high = Load(record, ChunkPlanes.Place + 1, word);
        TLane found = ((place & 1) != 0 ? low : ~low) & ((place & 2) != 0 ? high : ~high);
        if (TPlaces.Bits > PlaceMap.FewBits)
        {
            TLane third = Load(record, ChunkPlanes.PlaceUpper, word);
            TLane fourth = Load(record, ChunkPlanes.PlaceUpper + 1, word);
            found &= ((place & 4) != 0 ? third : ~third) & ((place & 8) != 0 ? fourth : ~fourth);
        }

        return found;
    }

    /// <summary>Pages of <paramref name="pages"/> whose counter is more than, and equal to, a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane More, TLane Equal) Compare(ulong* record, int firstPlane, int bits, int word, int constant, TLane pages)
    {
        TLane more = default;
        TLane equal = pages;
        for (int bit = bits - 1; bit >= 0; bit--)
        {
            TLane plane = Load(record, firstPlane + bit, word);
            if ((constant & (1 << bit)) != 0)
            {
                equal &= plane;
            }
            else
            {
                more |= equal & plane;
                equal = TLane.AndNot(equal, plane);
            }
        }

        return (more, equal);
    }

    private static void Split(ulong* record, int word, TLane pages, int bit, long* histogram)
    {
        if (TLane.IsZero(pages))
        {
            return;
        }

        TLane set = pages & Load(record, ChunkPlanes.Heat + bit, word);
        if (bit == 0)
        {
            int ones = TLane.PopCount(set);
            histogram[1] += ones;
            histogram[0] += TLane.PopCount(pages) - ones;
            return;
        }

        Split(record, word, set, bit - 1, histogram + (1 << bit));
        Split(record, word, TLane.AndNot(pages, set), bit - 1, histogram);
    }

    private static void SplitForecast(ulong* record, int word, TLane of, int bit, long* pages, long* counts)
    {
        if (TLane.IsZero(of))
        {
            return;
        }

        if (bit < 0)
        {
            *pages += TLane.PopCount(of);
            for (int i = 0; i < ChunkPlanes.CountBits; i++)
            {
                *counts += (long)TLane.PopCount(of & Load(record, ChunkPlanes.Count + i, word)) << i;
            }

            return;
        }

        TLane plane = Load(record, ChunkPlanes.Heat + bit, word);
        SplitForecast(record, word, of & plane, bit - 1, pages + (1 << bit), counts + (1 << bit));
        SplitForecast(record, word, TLane.AndNot(of, plane), bit - 1, pages, counts);
    }

    /// <summary>Zeroes what is known of pages that are no longer mapped: whatever is mapped there later is another page.</summary>
    private static void Forget(ulong* record, int word, TLane present)
    {
        for (int plane = ChunkPlanes.Count; plane < ChunkPlanes.Common; plane++)
        {
            Store(Load(record, plane, word) & present, record, plane, word);
        }
    }

    /// <summary>
    /// Adds 1 to the counts of pages. After <paramref name="before"/> scans no count is larger, so planes of bits that it
    /// cannot reach yet are left alone: the first seven scans of a round need three of the four at most.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Increment(ulong* record, int word, TLane pages, int before)
    {
        TLane c0 = Load(record, ChunkPlanes.Count, word);
        TLane c1 = Load(record, ChunkPlanes.Count + 1, word);
        if (before >= HeatMap.MaxScansPerRound)
        {
            TLane full = c0 & c1 & Load(record, ChunkPlanes.Count + 2, word) & Load(record, ChunkPlanes.Count + 3, word);
            pages = TLane.AndNot(pages, full);
        }

        Store(c0 ^ pages, record, ChunkPlanes.Count, word);
        TLane carry = c0 & pages;
        Store(c1 ^ carry, record, ChunkPlanes.Count + 1, word);
        if (before < 3)
        {
            return;
        }

        carry &= c1;
        TLane c2 = Load(record, ChunkPlanes.Count + 2, word);
        Store(c2 ^ carry, record, ChunkPlanes.Count + 2, word);
        if (before < 7)
        {
            return;
        }

        carry &= c2;
        Store(Load(record, ChunkPlanes.Count + 3, word) ^ carry, record, ChunkPlanes.Count + 3, word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Load(ulong* record, int plane, int word) => TLane.Load(record, (plane * BitPlane.Words) + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLane lane, ulong* record, int plane, int word) =>
        TLane.Store(lane, record, (plane * BitPlane.Words) + word);
}
