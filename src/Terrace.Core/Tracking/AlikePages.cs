using System.Runtime.InteropServices;
using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// What is known of a chunk all of whose pages are mapped and alike, in 15 bits: of most memory of a large process that is so, cold as
/// it is. Packed: the place (4 bits), heat (5), the scans of this round that saw the pages accessed (4), and rounds of rest (2).
/// </summary>
internal readonly unsafe struct AlikePages(int number)
{
    private const int HeatShift = 4;
    private const int CountShift = HeatShift + ChunkPlanes.HeatBits;
    private const int RestShift = CountShift + ChunkPlanes.CountBits;
    private const int MostPlaneWords = (ChunkPlanes.Common + PlaceMap.ManyBits - PlaceMap.FewBits) * BitPlane.Words;

    /// <summary>Numbers that there are.</summary>
    public const int Count = 1 << (RestShift + ChunkPlanes.RestBits);

    // A record for each number that has been asked for, made once and never changed: the same for all heat maps.
    private static readonly nint[] s_records = new nint[Count];

    public AlikePages(int place, int heat, int count, int rest)
        : this(place | (heat << HeatShift) | (count << CountShift) | (rest << RestShift))
    {
    }

    public int Number { get; } = number;

    public int Place => Number & (PlaceMap.MaxPlaces - 1);

    public int Heat => (Number >> HeatShift) & (HeatMap.HeatLevels - 1);

    /// <summary>Scans of this round that saw the pages accessed.</summary>
    public int Seen => (Number >> CountShift) & HeatMap.MaxScansPerRound;

    public int Rest => Number >> RestShift;

    /// <summary>Neither heat nor accesses.</summary>
    public bool AreCold => Heat == 0 && Seen == 0;

    /// <summary>A record that says the same, not to be written to.</summary>
    public ulong* Record
    {
        get
        {
            nint record = Volatile.Read(ref s_records[Number]);
            return record != 0 ? (ulong*)record : Make();
        }
    }

    /// <summary>The pages after another scan; <paramref name="before"/> as for <see cref="HeatKernels.Record"/>.</summary>
    public AlikePages Scanned(int place, bool accessed, int before)
    {
        int seen = before == 0 ? 0 : Seen;
        return new(place, Heat, Math.Min(seen + (accessed ? 1 : 0), HeatMap.MaxScansPerRound), Rest);
    }

    /// <summary>The pages after the end of a round, as <see cref="HeatKernels.Fold"/> has it.</summary>
    public AlikePages Folded() => new(Place, (Heat / 2) + Seen, Seen, Math.Max(0, Rest - 1));

    /// <summary>What pages are like as far as a scan tells; false when they are not all mapped and alike.</summary>
    public static bool TryTell(in ChunkFacts facts, int placeBits, out int place, out bool accessed)
    {
        place = 0;
        bool alike = !facts.HasFolios && IsAlike(facts.Present, out bool present) && present;
        alike &= IsAlike(facts.Accessed, out accessed);
        alike = alike && TryAdd(facts.PlaceLow, 1, ref place) && TryAdd(facts.PlaceHigh, 2, ref place);
        return alike
            && (placeBits == PlaceMap.FewBits
                || (TryAdd(facts.PlaceThird, 4, ref place) && TryAdd(facts.PlaceFourth, 8, ref place)));
    }

    /// <summary>What the pages of a record are like; false when they are not all mapped and alike.</summary>
    public static bool TryTell(ulong* record, int placeBits, out AlikePages pages)
    {
        pages = default;
        int present = 0;
        int place = 0;
        int heat = 0;
        int count = 0;
        int rest = 0;
        if (!TryAdd(record, ChunkPlanes.Present, 1, ref present)
            || present == 0
            || !TryAdd(record, ChunkPlanes.Heat, ChunkPlanes.HeatBits, ref heat)
            || !TryAdd(record, ChunkPlanes.Count, ChunkPlanes.CountBits, ref count)
            || !TryAdd(record, ChunkPlanes.Rest, ChunkPlanes.RestBits, ref rest)
            || !TryAdd(record, ChunkPlanes.Place, PlaceMap.FewBits, ref place))
        {
            return false;
        }

        int upper = 0;
        if (placeBits > PlaceMap.FewBits && !TryAdd(record, ChunkPlanes.PlaceUpper, placeBits - PlaceMap.FewBits, ref upper))
        {
            return false;
        }

        pages = new AlikePages(place | (upper << PlaceMap.FewBits), heat, count, rest);
        return true;
    }

    private static bool TryAdd(ulong* record, int firstPlane, int planes, ref int value)
    {
        value = 0;
        for (int plane = 0; plane < planes; plane++)
        {
            if (!IsAlike(new ReadOnlySpan<ulong>(record + ((firstPlane + plane) * BitPlane.Words), BitPlane.Words), out bool isSet))
            {
                return false;
            }

            value |= isSet ? 1 << plane : 0;
        }

        return true;
    }

    private static bool TryAdd(ReadOnlySpan<ulong> plane, int bit, ref int value)
    {
        bool alike = IsAlike(plane, out bool isSet);
        value |= isSet ? bit : 0;
        return alike;
    }

    private static bool IsAlike(ReadOnlySpan<ulong> plane, out bool isSet)
    {
        isSet = plane[0] != 0;
        return !plane.ContainsAnyExcept(isSet ? ulong.MaxValue : 0);
    }

    private ulong* Make()
    {
        ulong* record = (ulong*)NativeMemory.AlignedAlloc(MostPlaneWords * sizeof(ulong), 64);
        NativeMemory.Clear(record, MostPlaneWords * sizeof(ulong));
        Set(record, ChunkPlanes.Present, 1, 1);
        Set(record, ChunkPlanes.Place, PlaceMap.FewBits, Place);
        Set(record, ChunkPlanes.PlaceUpper, PlaceMap.ManyBits - PlaceMap.FewBits, Place >> PlaceMap.FewBits);
        Set(record, ChunkPlanes.Count, ChunkPlanes.CountBits, Seen);
        Set(record, ChunkPlanes.Heat, ChunkPlanes.HeatBits, Heat);
        Set(record, ChunkPlanes.Rest, ChunkPlanes.RestBits, Rest);
        nint other = Interlocked.CompareExchange(ref s_records[Number], (nint)record, 0);
        if (other == 0)
        {
            return record;
        }

        NativeMemory.AlignedFree(record);
        return (ulong*)other;
    }

    private static void Set(ulong* record, int firstPlane, int planes, int value)
    {
        for (int plane = 0; plane < planes; plane++)
        {
            ulong word = (value & (1 << plane)) != 0 ? ulong.MaxValue : 0;
            new Span<ulong>(record + ((firstPlane + plane) * BitPlane.Words), BitPlane.Words).Fill(word);
        }
    }
}
