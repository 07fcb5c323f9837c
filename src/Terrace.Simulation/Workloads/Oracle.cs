namespace Terrace.Simulation.Workloads;

/// <summary>The best hit ratio that any placement can reach, from the pages' true probabilities.</summary>
public static class Oracle
{
    /// <summary>
    /// The sum of the <paramref name="fastPages"/> largest probabilities: for one access after another drawn independently, no
    /// placement serves more. Sorts a copy; meant for workloads without a closed form, and to check those that have one.
    /// </summary>
    public static double HitRatio(ReadOnlySpan<double> probabilities, long fastPages)
    {
        double[] sorted = probabilities.ToArray();
        Array.Sort(sorted);
        double sum = 0;
        for (int i = sorted.Length - 1; i >= 0 && i >= sorted.Length - fastPages; i--)
        {
            sum += sorted[i];
        }

        return sum;
    }
}
