using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// Part of the pages takes part of the accesses: each access goes to the hot set with a fixed chance, and to any page of its
/// set with equal chances. The hot set is a window on an order of the pages.
/// </summary>
internal sealed class HotSet
{
    private readonly int[]? _order;
    private readonly uint _hotChance;

    /// <param name="pages">Pages of the working set.</param>
    /// <param name="hotFraction">Fraction of the pages that are hot, above 0 and below 1.</param>
    /// <param name="hotShare">Share of the accesses that go to them, from <paramref name="hotFraction"/> up to 1.</param>
    /// <param name="order">An order of the pages; null for the order of addresses.</param>
    public HotSet(int pages, double hotFraction, double hotShare, int[]? order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 2);
        if (hotFraction is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(hotFraction), hotFraction, "above 0 and below 1");
        }

        if (!(hotShare >= hotFraction && hotShare <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(hotShare), hotShare, "at least the hot fraction, so that hot pages are the hotter ones, and at most 1");
        }

        Pages = pages;
        HotPages = Math.Clamp((int)Math.Round(pages * hotFraction), 1, pages - 1);
        HotShare = hotShare;
        _hotChance = (uint)Math.Min(uint.MaxValue, hotShare * (1UL << 32));
        _order = order;
    }

    public int Pages { get; }

    public int HotPages { get; }

    public double HotShare { get; }

    /// <summary>Where the window is at address order when it is to lie at the end: what first touch puts into slow memory.</summary>
    public int LastWindow => Pages - HotPages;

    /// <summary>Draws pages while the hot set begins at <paramref name="window"/> of the order.</summary>
    public void Next(Span<int> pages, ref SeededRandom random, int window)
    {
        SeededRandom local = random;
        int cold = Pages - HotPages;
        int coldWindow = (window + HotPages) % Pages;
        for (int i = 0; i < pages.Length; i++)
        {
            ulong bits = local.Next();
            uint place = (uint)(bits >> 32);
            int position = (uint)bits < _hotChance
                ? window + SeededRandom.Scale(place, HotPages)
                : coldWindow + SeededRandom.Scale(place, cold);
            position = position >= Pages ? position - Pages : position;
            pages[i] = _order is null ? position : _order[position];
        }

        random = local;
    }

    public void FillProbabilities(Span<double> probabilities, int window)
    {
        probabilities[..Pages].Fill((1 - HotShare) / (Pages - HotPages));
        for (int i = 0; i < HotPages; i++)
        {
            int position = (window + i) % Pages;
            probabilities[_order is null ? position : _order[position]] = HotShare / HotPages;
        }
    }

    public double OracleHitRatio(long fastPages)
    {
        fastPages = Math.Clamp(fastPages, 0, Pages);
        double hot = HotShare * Math.Min(fastPages, HotPages) / HotPages;
        return hot + ((1 - HotShare) * Math.Max(0, fastPages - HotPages) / (Pages - HotPages));
    }
}
