namespace Terrace.Core.Tracking;

/// <summary>
/// What heat is worth: in what fraction of the scans of the next round a page of some heat is going to be accessed. Learned from each
/// round, by heat before it, so that chance does not pass for heat: where all pages are accessed alike, every heat forecasts the
/// same and nothing is worth moving; where pages are read once and never again, high heat forecasts little. Pages in fast
/// memory are learned apart from the others: they are there because of a longer history than their heat remembers, so a cold one
/// among them is worth more than a cold one below. Half of what is known is forgotten each round, to follow a workload that changes.
/// </summary>
public sealed class HeatForecast
{
    private readonly MonotoneFit _slow = new();
    private readonly MonotoneFit _fast = new();

    /// <summary>Expected fraction of scans, 0 to 1, that find a page of this heat accessed. Never falls as heat rises.</summary>
    public double AccessedFraction(int heat, bool inFastMemory) => (inFastMemory ? _fast : _slow).At(heat);

    /// <summary>What the fraction is at least for pages in slow memory: chance allowed for.</summary>
    public double AtLeastInSlowMemory(int heat) => _slow.AtLeast(heat);

    /// <summary>What it is at most for pages in fast memory.</summary>
    public double AtMostInFastMemory(int heat) => _fast.AtMost(heat);

    /// <summary>Forgets everything: the address space is a new one.</summary>
    public void Clear()
    {
        _slow.Clear();
        _fast.Clear();
    }

    /// <summary>Learns from a round.</summary>
    /// <param name="pages">Pages (a huge page counts as one) by their heat before the round: 32 entries for slow memory, then 32
    /// for fast.</param>
    /// <param name="counts">Sum of those pages' counts in the round.</param>
    /// <param name="scans">Scans in the round.</param>
    internal void Learn(ReadOnlySpan<long> pages, ReadOnlySpan<long> counts, int scans)
    {
        _slow.Learn(pages[..HeatMap.HeatLevels], counts[..HeatMap.HeatLevels], scans);
        _fast.Learn(pages[HeatMap.HeatLevels..], counts[HeatMap.HeatLevels..], scans);
    }
}
