namespace Terrace.Core.Placement;

/// <summary>Which pages to promote and demote across one tier boundary, by heat.</summary>
/// <param name="Up">Pages to promote.</param>
/// <param name="Down">Pages to demote.</param>
/// <param name="HotThreshold">Smallest heat at which all pages fit the budget.</param>
/// <param name="HeldBackResting">Pages at or above the threshold that stay down because they rest.</param>
/// <param name="HeldBackNotWorth">Pages hotter than one above the boundary whose exchange would not pay.</param>
public readonly record struct ExchangePlan(HeatCut Up, HeatCut Down, int HotThreshold, long HeldBackResting, long HeldBackNotWorth);
