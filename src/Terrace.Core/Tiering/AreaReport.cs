using Terrace.Core.Machine;

namespace Terrace.Core.Tiering;

/// <summary>What one round saw and did of an area that has a share of its own.</summary>
/// <param name="Area">The area.</param>
/// <param name="Pages">Its pages that were mapped at the end of the round.</param>
/// <param name="FastPages">Those in the top tier after the round's moves.</param>
/// <param name="BudgetPages">Pages that it may have in the top tier.</param>
public readonly record struct AreaReport(FastArea Area, long Pages, long FastPages, long BudgetPages);
