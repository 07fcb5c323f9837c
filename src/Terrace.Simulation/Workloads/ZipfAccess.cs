using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// Pages by Zipf's law: the page of rank r (from 1) is accessed in proportion to 1 / r^exponent. Ranks are scattered over the
/// mapping.
/// </summary>
public sealed class ZipfAccess : IWorkload
{
    private readonly int[] _pageOfRank;
    private readonly double[] _shareOfTop;
    private readonly AliasTable _table;

    /// <summary>Builds the law for an exponent above 0; 0.99 is what YCSB uses.</summary>
    public ZipfAccess(int pages, double exponent, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pages);
        if (!(exponent > 0 && double.IsFinite(exponent)))
        {
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, "above 0");
        }

        _pageOfRank = new SeededRandom(seed).Permutation(pages);
        _shareOfTop = new double[pages + 1];
        for (int rank = 1; rank <= pages; rank++)
        {
            _shareOfTop[rank] = _shareOfTop[rank - 1] + Math.Pow(rank, -exponent);
        }

        double sum = _shareOfTop[pages];
        for (int rank = 1; rank <= pages; rank++)
        {
            _shareOfTop[rank] /= sum;
        }

        double[] probabilities = new double[pages];
        FillProbabilities(probabilities, TimeSpan.Zero);
        _table = new AliasTable(probabilities);
    }

    /// <inheritdoc/>
    public string Name => "zipf";

    /// <inheritdoc/>
    public int Pages => _pageOfRank.Length;

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        _table.Next(pages, ref random);
        return true;
    }

    /// <inheritdoc/>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now)
    {
        for (int rank = 1; rank <= Pages; rank++)
        {
            probabilities[_pageOfRank[rank - 1]] = _shareOfTop[rank] - _shareOfTop[rank - 1];
        }
    }

    /// <inheritdoc/>
    public double OracleHitRatio(long fastPages) => _shareOfTop[Math.Clamp(fastPages, 0, Pages)];
}
