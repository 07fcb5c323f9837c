using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// A scattered hot set that is another one in every phase. Consecutive hot sets have no page in common as long as the hot
/// fraction is at most a half; after a full turn through the pages they come again.
/// </summary>
public sealed class MovingHotSet : IWorkload
{
    private readonly HotSet _set;
    private readonly TimeSpan _phase;

    /// <summary>Moves the hot set at every multiple of <paramref name="phase"/>.</summary>
    public MovingHotSet(int pages, double hotFraction, double hotShare, TimeSpan phase, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(phase, TimeSpan.Zero);
        _set = new HotSet(pages, hotFraction, hotShare, new SeededRandom(seed).Permutation(pages));
        _phase = phase;
    }

    /// <inheritdoc/>
    public string Name => "moving";

    /// <inheritdoc/>
    public int Pages => _set.Pages;

    /// <inheritdoc/>
    public TimeSpan? Phase => _phase;

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        _set.Next(pages, ref random, WindowAt(now));
        return true;
    }

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => _set.FillProbabilities(probabilities, WindowAt(now));

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => _set.OracleHitRatio(fastPages);

    private int WindowAt(TimeSpan now) => (int)(now.Ticks / _phase.Ticks * _set.HotPages % _set.Pages);
}
