namespace Terrace.Core.Tracking;

/// <summary>
/// How often pages are accessed that every scan sees accessed: what scans alone cannot tell. From shorter looks at a sample of them
/// (<see cref="HotSample"/>).
/// </summary>
public sealed class HotRates
{
    /// <summary>Heat that forecasts accesses in at least this part of the scans is sampled.</summary>
    public const double Saturated = 0.7;

    /// <summary>Samples so far, up to as many as are wanted soon after each other.</summary>
    public int Samples { get; private set; }

    /// <summary>Of such pages in fast memory.</summary>
    public LooksInTier Fast { get; } = new();

    /// <summary>Of those in slow memory.</summary>
    public LooksInTier Slow { get; } = new();

    /// <summary>Forgets everything: the address space is a new one.</summary>
    public void Clear()
    {
        Samples = 0;
        Fast.Clear();
        Slow.Clear();
    }

    /// <summary>Works the rates out of what has been added; each page of a sample stands for <paramref name="ofPages"/>.</summary>
    internal void Resolve(double ofPages)
    {
        Samples++;
        Fast.Resolve(ofPages);
        Slow.Resolve(ofPages);
    }
}
