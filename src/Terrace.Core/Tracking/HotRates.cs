namespace Terrace.Core.Tracking;

/// <summary>
/// How often pages are accessed that every scan sees accessed: what scans alone cannot tell. From shorter looks at a sample of them
/// (<see cref="HotSample"/>), averaged over several.
/// </summary>
public sealed class HotRates
{
    /// <summary>Heat that forecasts accesses in at least this part of the scans is sampled.</summary>
    public const double Saturated = 0.7;

    /// <summary>What a sample weighs against those before.</summary>
    private const double Weight = 0.4;

    /// <summary>Mean accesses a second of such a page in fast memory; null while there is no sample.</summary>
    public double? Fast { get; private set; }

    /// <summary>The same in slow memory.</summary>
    public double? Slow { get; private set; }

    /// <summary>The rate of pages in a tier.</summary>
    public double? Of(bool inFastMemory) => inFastMemory ? Fast : Slow;

    /// <summary>Takes what a sample showed; null where it had too few pages.</summary>
    public void Add(double? fast, double? slow) => (Fast, Slow) = (Followed(Fast, fast), Followed(Slow, slow));

    /// <summary>Forgets everything: the address space is a new one.</summary>
    public void Clear() => (Fast, Slow) = (null, null);

    private static double? Followed(double? before, double? now) =>
        now is null ? before : before is null ? now : before + (Weight * (now - before));
}
