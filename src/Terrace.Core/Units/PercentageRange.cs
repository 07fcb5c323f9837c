namespace Terrace.Core.Units;

/// <summary>Which fractions are meant, from 0 up.</summary>
/// <param name="Max">The largest, or what it stays below.</param>
/// <param name="ZeroAllowed">Zero belongs to it.</param>
/// <param name="MaxAllowed">The largest belongs to it.</param>
public sealed record PercentageRange(double Max = 1, bool ZeroAllowed = true, bool MaxAllowed = true)
{
    /// <summary>True when a fraction is in the range.</summary>
    public bool Holds(double fraction) =>
        (ZeroAllowed ? fraction >= 0 : fraction > 0) && (MaxAllowed ? fraction <= Max : fraction < Max);

    /// <summary><c>0% to 50%</c>, <c>more than 0%, up to 100%</c>.</summary>
    public override string ToString() => (ZeroAllowed, MaxAllowed) switch
    {
        (true, true) => $"0% to {Percentage.Exactly(Max)}",
        (false, true) => $"more than 0%, up to {Percentage.Exactly(Max)}",
        (true, false) => $"0% or more, and less than {Percentage.Exactly(Max)}",
        _ => $"more than 0%, and less than {Percentage.Exactly(Max)}",
    };
}
