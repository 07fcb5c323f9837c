using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// Which pages a program accesses. A workload knows the true probability of every page, which is what an oracle needs.
/// Pages are numbered from 0 within the workload's mapping.
/// </summary>
public interface IWorkload
{
    /// <summary>The name as the command line gives it.</summary>
    string Name { get; }

    /// <summary>Pages of the working set.</summary>
    int Pages { get; }

    /// <summary>After how much time it changes which pages it accesses, again and again; null when it never does.</summary>
    TimeSpan? Phase => null;

    /// <summary>
    /// Fills <paramref name="pages"/> with the next pages to access, at virtual time <paramref name="now"/> of the run. False when
    /// the workload rests now; the buffer's content then means nothing.
    /// </summary>
    bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now);

    /// <summary>
    /// Writes the probability that an access at <paramref name="now"/> goes to each page. Sums to 1, or is 0 throughout for a
    /// workload at rest.
    /// </summary>
    void FillProbabilities(Span<double> probabilities, TimeSpan now);

    /// <summary>
    /// The share of accesses (0 to 1) that fast memory of as many pages serves when it holds the likeliest pages, and holds them
    /// from the first access of every phase. 1 for a workload at rest.
    /// </summary>
    double OracleHitRatio(long fastPages);
}
