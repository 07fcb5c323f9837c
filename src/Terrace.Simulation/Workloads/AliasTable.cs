using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// Draws from any discrete distribution in constant time: Walker's alias method, the table built as by Vose ("A linear
/// algorithm for generating random numbers with a given distribution", 1991). 8 bytes an entry.
/// </summary>
internal sealed class AliasTable
{
    // An entry's two halves lie together, for one look in memory a draw; both are read, so that choosing one takes no branch.
    private readonly (uint Keep, int Alias)[] _entries;

    /// <param name="probabilities">Not negative; they need not sum to 1.</param>
    public AliasTable(ReadOnlySpan<double> probabilities)
    {
        int count = probabilities.Length;
        _entries = new (uint Keep, int Alias)[count];
        double sum = 0;
        foreach (double probability in probabilities)
        {
            sum += probability;
        }

        double[] scaled = new double[count];
        int[] work = new int[count];
        int small = 0;
        int large = count;
        for (int i = 0; i < count; i++)
        {
            scaled[i] = probabilities[i] * count / sum;
            work[scaled[i] < 1 ? small++ : --large] = i;
        }

        while (small > 0 && large < count)
        {
            int less = work[--small];
            int more = work[large];
            _entries[less] = ((uint)Math.Min(uint.MaxValue, scaled[less] * (1UL << 32)), more);
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1)
            {
                large++;
                work[small++] = more;
            }
        }

        // What is left is 1 except for rounding: such an entry keeps every draw.
        while (small > 0)
        {
            KeepAlways(work[--small]);
        }

        while (large < count)
        {
            KeepAlways(work[large++]);
        }
    }

    public void Next(Span<int> drawn, ref SeededRandom random)
    {
        SeededRandom local = random;
        ReadOnlySpan<(uint Keep, int Alias)> entries = _entries;
        for (int i = 0; i < drawn.Length; i++)
        {
            ulong bits = local.Next();
            int entry = SeededRandom.Scale((uint)(bits >> 32), entries.Length);
            (uint keep, int alias) = entries[entry];

            // All ones for an entry that keeps the draw: compilers make a branch of a condition in a loop, which is foretold
            // wrongly half the time.
            int keeps = (int)(((long)(uint)bits - keep) >> 63);
            drawn[i] = alias ^ ((alias ^ entry) & keeps);
        }

        random = local;
    }

    private void KeepAlways(int entry)
    {
        _entries[entry] = (uint.MaxValue, entry);
    }
}
