using Terrace.Simulation.Chance;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Blocks of pages that another workload accesses as its pages, each page of a block alike.</summary>
internal sealed class HotFolios(IWorkload blocks, int folioPages) : IWorkload
{
    public string Name => "hot-folios";

    public int Pages => blocks.Pages * folioPages;

    public TimeSpan? Phase => blocks.Phase;

    public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
    {
        bool works = blocks.NextPages(pages, ref random, now);
        foreach (ref int page in pages)
        {
            page = (page * folioPages) + random.Below(folioPages);
        }

        return works;
    }

    public void FillProbabilities(Span<double> probabilities, TimeSpan now)
    {
        double[] ofBlocks = new double[blocks.Pages];
        blocks.FillProbabilities(ofBlocks, now);
        for (int page = 0; page < Pages; page++)
        {
            probabilities[page] = ofBlocks[page / folioPages] / folioPages;
        }
    }

    public double OracleHitRatio(long fastPages) => blocks.OracleHitRatio(fastPages / folioPages);
}
