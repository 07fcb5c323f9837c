using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Pages of a target that are placed by themselves: those of one area that has a share of its own, or all that are of none.
/// </summary>
/// <param name="number">The area's number; 0 for what is of none.</param>
/// <param name="histogram">The whole target's pages, of which it is the only part so far; null for a part of its own.</param>
internal sealed class TargetPart(int number, HeatHistogram? histogram = null)
{
    public int Number { get; } = number;

    /// <summary>The area; null for what is of none.</summary>
    public FastArea? Area { get; set; }

    /// <summary>The part's pages as of the last round.</summary>
    public HeatHistogram Histogram { get; private set; } = histogram ?? new();

    /// <summary>Its part of its group's fast memory, pages.</summary>
    public long BudgetPages { get; set; }

    /// <summary>It is all of the target: its pages are the target's.</summary>
    public void BeAll(HeatHistogram all) => Histogram = all;

    /// <summary>It is one of several: its pages are counted apart from the target's.</summary>
    public void BeOneOf(HeatHistogram all) => Histogram = Histogram == all ? new HeatHistogram() : Histogram;

    public ExchangeSelector Selector { get; } = new();
}
