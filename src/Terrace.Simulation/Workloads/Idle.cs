using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>Holds memory and accesses none of it.</summary>
public sealed class Idle(int pages) : IWorkload
{
    /// <inheritdoc/>
    public string Name => "idle";

    /// <inheritdoc/>
    public int Pages { get; } = pages > 0 ? pages : throw new ArgumentOutOfRangeException(nameof(pages), pages, "at least 1");

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now) => false;

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => probabilities[..Pages].Clear();

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => 1;
}
