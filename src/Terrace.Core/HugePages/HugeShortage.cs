using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.HugePages;

/// <summary>What fast memory lacks for all huge pages in use, and for base pages that are hotter than these are on average.</summary>
internal readonly record struct HugeShortage
{
    /// <summary>Where fewer huge pages are in use, they are left alone.</summary>
    public const int LeastHuge = 16;

    private const int AllPlaces = (1 << PlaceMap.MaxPlaces) - 1;

    /// <summary>Huge pages that are in use.</summary>
    public long Huge { get; private init; }

    /// <summary>Base pages by which fast memory is too small; below zero by how many it is larger.</summary>
    public long LackingPages { get; private init; }

    /// <summary>It is too small even for those that every scan of the round saw accessed.</summary>
    public bool IsScarce { get; private init; }

    /// <summary>Base pages of this heat are accessed more often than those of huge pages on average.</summary>
    public int HotHeat { get; private init; }

    /// <summary>True when it is a huge page and has any heat.</summary>
    public static bool IsInUse(in HeatChunk chunk) => chunk.IsHuge && chunk.HeatOf(0) > 0;

    /// <summary>Counts.</summary>
    /// <param name="terms">The pages, and how many of them fast memory may have.</param>
    /// <param name="whole">Huge pages that there are.</param>
    /// <param name="perSecond">Accesses a second to a huge page, on average; null where that is not known.</param>
    public static HugeShortage Of(in SkewTerms terms, int whole, double? perSecond)
    {
        HeatMap heat = terms.Heat;
        int hotHeat = HotterThan((perSecond ?? 0) / Chunk.Pages, in terms);
        if (whole < LeastHuge)
        {
            return new HugeShortage { HotHeat = hotHeat };
        }

        long huge = 0;
        long saturated = 0;
        long small = 0;
        for (int i = 0; i < heat.Chunks; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            huge += IsInUse(in chunk) ? 1 : 0;
            saturated += HugeRanking.IsSaturated(in chunk, heat.Scans) ? 1 : 0;
            for (int word = 0; word < BitPlane.Words && !chunk.IsHuge && !chunk.Rests; word++)
            {
                small += BitOperations.PopCount(chunk.HeatFrom(word, AllPlaces, hotHeat));
            }
        }

        return new HugeShortage
        {
            Huge = huge,
            LackingPages = (huge * Chunk.Pages) + small - terms.BudgetPages,
            IsScarce = saturated >= LeastHuge && (saturated * Chunk.Pages) + small >= terms.BudgetPages + Chunk.Pages,
            HotHeat = hotHeat,
        };
    }

    private static int HotterThan(double perSecond, in SkewTerms terms)
    {
        int heat = 1;
        while (heat < HeatMap.HeatLevels - 1 && terms.Economics.AccessesPerSecond(heat, inFastMemory: false) <= perSecond)
        {
            heat++;
        }

        return heat;
    }
}
