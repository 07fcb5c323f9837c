using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>A hot set of single pages anywhere in the mapping: what trackers of regions cannot tell from the rest.</summary>
public sealed class ScatteredHotSet(int pages, double hotFraction, double hotShare, ulong seed) : IWorkload
{
    private readonly HotSet _set = new(pages, hotFraction, hotShare, new SeededRandom(seed).Permutation(pages));

    /// <inheritdoc/>
    public string Name => "scattered";

    /// <inheritdoc/>
    public int Pages => _set.Pages;

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        _set.Next(pages, ref random, window: 0);
        return true;
    }

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => _set.FillProbabilities(probabilities, window: 0);

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => _set.OracleHitRatio(fastPages);
}
