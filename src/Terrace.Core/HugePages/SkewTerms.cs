using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.HugePages;

/// <summary>What is known at the end of a round that says which huge pages are worth splitting.</summary>
/// <param name="Heat">The pages.</param>
/// <param name="Economics">What heat and moves are worth.</param>
/// <param name="Horizon">How long pages are expected to keep their heat.</param>
/// <param name="MappedPages">Pages that it has.</param>
/// <param name="BudgetPages">Those of them that fast memory may have.</param>
/// <param name="Covered">Time that the round's scans watched.</param>
/// <param name="Now">From the start of management.</param>
/// <param name="HotPerSecond">How often pages are accessed that every scan sees accessed; null where that is not known.</param>
internal readonly record struct SkewTerms(
    HeatMap Heat,
    MoveEconomics Economics,
    TimeSpan Horizon,
    long MappedPages,
    long BudgetPages,
    TimeSpan Covered,
    TimeSpan Now,
    double? HotPerSecond)
{
    /// <summary>
    /// What an access costs more when base pages translate its address, nanoseconds: a miss of the TLB that is served by caches, for each.
    /// An upper bound for most programs; those with more misses have them with huge pages, too.
    /// </summary>
    private const double TranslationNs = 15;

    /// <summary>Part of the pages that fast memory may have.</summary>
    private double FastPart => Math.Clamp((double)BudgetPages / Math.Max(1, MappedPages), 0, 1);

    /// <summary>
    /// True when it pays to have a chunk split: its hottest pages get more of its accesses, by enough to pay for moving them and for
    /// the translations, than the part of it that would be in fast memory as a whole.
    /// </summary>
    public bool Pays(PageUse use)
    {
        double more = use.ShareOf(FastPart * Chunk.Pages) - FastPart;
        double savedNs = use.PerSecond * ((more * Economics.ExtraLatencyNs) - TranslationNs) * Horizon.TotalSeconds;
        return savedNs > 2 * FastPart * Chunk.Pages * Economics.MoveCostNs;
    }
}
