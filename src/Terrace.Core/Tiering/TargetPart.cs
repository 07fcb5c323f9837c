using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Pages of a target that are placed by themselves: those of one area that has a share of its own, or all that are of none.
/// </summary>
/// <param name="number">The area's number; 0 for what is of none.</param>
internal sealed class TargetPart(int number)
{
    public int Number { get; } = number;

    /// <summary>The area; null for what is of none.</summary>
    public FastArea? Area { get; set; }

    /// <summary>The part's pages as of the last round.</summary>
    public HeatHistogram Histogram { get; } = new();

    /// <summary>Its part of its group's fast memory, pages.</summary>
    public long BudgetPages { get; set; }

    public ExchangeSelector Selector { get; } = new();
}
