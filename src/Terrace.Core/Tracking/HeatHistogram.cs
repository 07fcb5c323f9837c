namespace Terrace.Core.Tracking;

/// <summary>Pages of one address space by place and heat.</summary>
public sealed class HeatHistogram
{
    internal long[] AllPages { get; } = new long[Machine.PlaceMap.MaxPlaces * HeatMap.HeatLevels];

    internal long[] RestingPages { get; } = new long[Machine.PlaceMap.MaxPlaces * HeatMap.HeatLevels];

    /// <summary>Pages of a place with a heat.</summary>
    public long Pages(int place, int heat) => AllPages[(place * HeatMap.HeatLevels) + heat];

    /// <summary>Those of them that rest after a move.</summary>
    public long Resting(int place, int heat) => RestingPages[(place * HeatMap.HeatLevels) + heat];

    /// <summary>Pages with a heat in any of the places of a bit mask.</summary>
    public long PagesIn(int places, int heat) => Sum(AllPages, places, heat);

    /// <summary>Those of them that rest.</summary>
    public long RestingIn(int places, int heat) => Sum(RestingPages, places, heat);

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

    /// <summary>Writes the pages by <c>place × 32 + heat</c>.</summary>
    public void CopyTo(Span<long> destination) => AllPages.CopyTo(destination);

    /// <summary>Adds another address space's pages.</summary>
    internal void Add(HeatHistogram other)
    {
        for (int i = 0; i < AllPages.Length; i++)
        {
            AllPages[i] += other.AllPages[i];
            RestingPages[i] += other.RestingPages[i];
        }
    }

    /// <summary>Counts pages of a place and heat as resting; a negative number takes them away again.</summary>
    internal void CountAsResting(int place, int heat, long pages) => RestingPages[(place * HeatMap.HeatLevels) + heat] += pages;

    internal void Clear()
    {
        Array.Clear(AllPages);
        Array.Clear(RestingPages);
    }

    private static long Sum(long[] pages, int places, int heat)
    {
        long sum = 0;
        for (int place = 0; place < Machine.PlaceMap.MaxPlaces; place++)
        {
            if ((places & (1 << place)) != 0)
            {
                sum += pages[(place * HeatMap.HeatLevels) + heat];
            }
        }

        return sum;
    }
}
