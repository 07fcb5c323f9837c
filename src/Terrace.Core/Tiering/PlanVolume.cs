namespace Terrace.Core.Tiering;

/// <summary>How large a round's plan could be, and what it changes.</summary>
/// <param name="Pages">Pages that it could have at most, of both directions.</param>
/// <param name="IsByRate">The rate limit set that, and not what moves have cost so far.</param>
/// <param name="IntoTop">Pages that the top tier gets by it; below zero when it gives some.</param>
internal readonly record struct PlanVolume(long Pages, bool IsByRate, long IntoTop);
