using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>Pages of one address space by place and heat. It has as many places as the map that fills it: 4, or 16.</summary>
public sealed class HeatHistogram
{
    internal long[] AllPages { get; private set; } = new long[(1 << PlaceMap.FewBits) * HeatMap.HeatLevels];

    internal long[] RestingPages { get; private set; } = new long[(1 << PlaceMap.FewBits) * HeatMap.HeatLevels];

    internal long[] HugePages { get; private set; } = new long[(1 << PlaceMap.FewBits) * HeatMap.HeatLevels];

    private int Places => AllPages.Length / HeatMap.HeatLevels;

    /// <summary>Pages of a place with a heat.</summary>
    public long Pages(int place, int heat) => place < Places ? AllPages[(place * HeatMap.HeatLevels) + heat] : 0;

    /// <summary>Those of them that rest after a move.</summary>
    public long Resting(int place, int heat) => place < Places ? RestingPages[(place * HeatMap.HeatLevels) + heat] : 0;

    /// <summary>Pages with a heat in any of the places of a bit mask.</summary>
    public long PagesIn(int places, int heat) => Sum(AllPages, places, heat);

    /// <summary>Those of them that rest.</summary>
    public long RestingIn(int places, int heat) => Sum(RestingPages, places, heat);

    /// <summary>Base pages of huge pages with a heat in any of the places of a bit mask. Not added up over address spaces.</summary>
    public long HugeIn(int places, int heat) => Sum(HugePages, places, heat);

    /// <summary>Pages of any heat in the places of a bit mask.</summary>
    public long TotalIn(int places)
    {
        long total = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            total += PagesIn(places, heat);
        }

        return total;
    }

    /// <summary>Makes an array the pages by <c>place × 32 + heat</c>; another one when it has not as many entries.</summary>
    internal void CopyTo(ref long[] destination)
    {
        if (destination.Length != AllPages.Length)
        {
            destination = new long[AllPages.Length];
        }

        AllPages.CopyTo(destination, 0);
    }

    /// <summary>Adds another address space's pages.</summary>
    internal void Add(HeatHistogram other)
    {
        if (other.Places > Places)
        {
            long[] all = AllPages;
            long[] resting = RestingPages;
            Clear(other.Places);
            all.CopyTo(AllPages, 0);
            resting.CopyTo(RestingPages, 0);
        }

        for (int i = 0; i < other.AllPages.Length; i++)
        {
            AllPages[i] += other.AllPages[i];
            RestingPages[i] += other.RestingPages[i];
        }
    }

    /// <summary>Counts pages of a place and heat as resting; a negative number takes them away again.</summary>
    internal void CountAsResting(int place, int heat, long pages) => RestingPages[(place * HeatMap.HeatLevels) + heat] += pages;

    /// <summary>Sets every count to 0, and the number of places.</summary>
    internal void Clear(int places)
    {
        if (places != Places)
        {
            (AllPages, RestingPages) = (new long[places * HeatMap.HeatLevels], new long[places * HeatMap.HeatLevels]);
            HugePages = new long[places * HeatMap.HeatLevels];
            return;
        }

        Clear();
    }

    /// <summary>Sets every count to 0.</summary>
    internal void Clear()
    {
        Array.Clear(AllPages);
        Array.Clear(RestingPages);
        Array.Clear(HugePages);
    }

    private long Sum(long[] pages, int places, int heat)
    {
        long sum = 0;
        for (int left = places & ((1 << Places) - 1); left != 0; left &= left - 1)
        {
            sum += pages[(int.TrailingZeroCount(left) * HeatMap.HeatLevels) + heat];
        }

        return sum;
    }
}
