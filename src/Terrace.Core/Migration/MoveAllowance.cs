namespace Terrace.Core.Migration;

/// <summary>What a target may move now.</summary>
/// <param name="Rate">Part of the usual rate that is left, 0 (promotions are held back) to 1.</param>
/// <param name="Pace">The part of <paramref name="Rate"/> that is for this target alone, above 0 to 1; what holds for all is in
/// the common rate limit.</param>
/// <param name="Promotions">Whether pages may go up.</param>
/// <param name="Demotions">Whether pages may go down.</param>
/// <param name="OnlyToFree">Pages may go down only as far as more go down than up: what frees fast memory, but no exchange.</param>
/// <param name="Reasons">Why it is not all.</param>
public readonly record struct MoveAllowance(
    double Rate, double Pace, bool Promotions, bool Demotions, bool OnlyToFree, BackOffReasons Reasons)
{
    /// <summary>Nothing is held back.</summary>
    public static MoveAllowance All { get; } = new(1, 1, Promotions: true, Demotions: true, OnlyToFree: false, BackOffReasons.None);
}
