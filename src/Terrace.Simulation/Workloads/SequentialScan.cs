using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>Goes through all pages in order of address, again and again, with several accesses to each page.</summary>
/// <param name="pages">Pages of the working set.</param>
/// <param name="accessesPerPage">Accesses to a page before the next one's turn: a page has 64 cache lines.</param>
public sealed class SequentialScan(int pages, int accessesPerPage = 16) : IWorkload
{
    private readonly int _accessesPerPage = accessesPerPage > 0
        ? accessesPerPage
        : throw new ArgumentOutOfRangeException(nameof(accessesPerPage), accessesPerPage, "at least 1");

    private int _page;
    private int _accesses;

    /// <inheritdoc/>
    public string Name => "scan";

    /// <inheritdoc/>
    public int Pages { get; } = pages > 0 ? pages : throw new ArgumentOutOfRangeException(nameof(pages), pages, "at least 1");

    /// <inheritdoc/>
    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = _page;
            if (++_accesses == _accessesPerPage)
            {
                _accesses = 0;
                _page = _page + 1 == Pages ? 0 : _page + 1;
            }
        }

        return true;
    }

    /// <summary>Over a whole pass every page is accessed as often as any other.</summary>
    public void FillProbabilities(Span<double> probabilities, TimeSpan now) => probabilities[..Pages].Fill(1.0 / Pages);

    /// <summary>
    /// What a placement reaches that does not change during a pass; moving pages ahead of a scan costs more than the scan.
    /// </summary>
    public double OracleHitRatio(long fastPages) => (double)Math.Clamp(fastPages, 0, Pages) / Pages;
}
