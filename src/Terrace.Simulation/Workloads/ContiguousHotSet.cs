using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>A hot set that is one range at the end of the mapping, where first touch finds fast memory already taken.</summary>
public sealed class ContiguousHotSet(int pages, double hotFraction, double hotShare) : IWorkload
{
    private readonly HotSet _set = new(pages, hotFraction, hotShare, order: null);

    /// <inheritdoc/>
    public string Name => "contiguous";

    /// <inheritdoc/>
    public int Pages => _set.Pages;

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        _set.Next(pages, ref random, _set.LastWindow);
        return true;
    }

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => _set.FillProbabilities(probabilities, _set.LastWindow);

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => _set.OracleHitRatio(fastPages);
}
