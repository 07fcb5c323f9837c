using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <summary>What the next round, and the rest before it, need to know of a target's last finished round.</summary>
/// <param name="Pages">Its mapped pages.</param>
/// <param name="FastPages">Those in the top tier after the moves.</param>
/// <param name="BudgetPages">Pages that it may have there.</param>
/// <param name="HitRatio">Share of accesses that the top tier was estimated to serve, by scans alone.</param>
/// <param name="BackOff">Why moves were held back.</param>
/// <param name="Rest">Pause before the next round.</param>
internal readonly record struct LastRound(
    long Pages, long FastPages, long BudgetPages, double HitRatio, BackOffReasons BackOff, TimeSpan Rest);
