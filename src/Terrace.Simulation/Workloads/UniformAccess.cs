using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>Every page is as likely as any other: nothing is worth a move.</summary>
public sealed class UniformAccess(int pages) : IWorkload
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public int Pages { get; } = pages > 0 ? pages : throw new ArgumentOutOfRangeException(nameof(pages), pages, "at least 1");

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        SeededRandom local = random;
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = local.Below(Pages);
        }

        random = local;
        return true;
    }

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => probabilities[..Pages].Fill(1.0 / Pages);

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => (double)Math.Clamp(fastPages, 0, Pages) / Pages;
}
