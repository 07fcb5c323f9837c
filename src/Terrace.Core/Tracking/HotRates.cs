namespace Terrace.Core.Tracking;

/// <summary>
/// How often pages are accessed that every scan sees accessed: what scans alone cannot tell. From shorter looks at a sample of them
/// (<see cref="HotSample"/>).
/// </summary>
public sealed class HotRates
{
    /// <summary>Heat that forecasts accesses in at least this part of the scans is sampled.</summary>
    public const double Saturated = 0.7;

    /// <summary>Samples so far, and attempts to take one.</summary>
    public int Attempts { get; private set; }

    /// <summary>Of such pages in fast memory.</summary>
    public LooksInTier Fast { get; } = new();

    /// <summary>Of those in slow memory.</summary>
    public LooksInTier Slow { get; } = new();

    /// <summary>
    /// The rate of such pages in a tier, accesses a second. Of a tier that has few of them nothing is known but that they are as hot as
    /// those of the other. Null while none were sampled.
    /// </summary>
    public double? Of(bool inFastMemory) => inFastMemory ? Fast.Rate ?? Slow.Rate : Slow.Rate ?? Fast.Rate;

    /// <summary>Forgets everything: the address space is a new one.</summary>
    public void Clear()
    {
        Attempts = 0;
        Fast.Clear();
        Slow.Clear();
    }

    /// <summary>Works the rates out of what has been added; each page of a sample stands for <paramref name="ofPages"/>.</summary>
    internal void Resolve(double ofPages)
    {
        Attempts++;
        Fast.Resolve(ofPages);
        Slow.Resolve(ofPages);
    }

    /// <summary>No sample could be taken: what older ones said is believed for some more times, and no longer.</summary>
    internal void Miss()
    {
        Attempts++;
        Fast.Miss();
        Slow.Miss();
    }
}
