using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Workloads;

/// <summary>
/// Draws from any discrete distribution in constant time: Walker's alias method, the table built as by Vose ("A linear
/// algorithm for generating random numbers with a given distribution", 1991). 8 bytes an entry.
/// </summary>
internal sealed class AliasTable
{
    private readonly uint[] _keep;
    private readonly int[] _alias;

    /// <param name="probabilities">Not negative; they need not sum to 1.</param>
    public AliasTable(ReadOnlySpan<double> probabilities)
    {
        int count = probabilities.Length;
        _keep = new uint[count];
        _alias = new int[count];
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
            _keep[less] = (uint)Math.Min(uint.MaxValue, scaled[less] * (1UL << 32));
            _alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1)
            {
                large++;
                work[small++] = more;
            }
        }

        // What is left is 1 but for rounding: such an entry keeps every draw.
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
        for (int i = 0; i < drawn.Length; i++)
        {
            ulong bits = local.Next();
            int entry = SeededRandom.Scale((uint)(bits >> 32), _keep.Length);
            drawn[i] = (uint)bits < _keep[entry] ? entry : _alias[entry];
        }

        random = local;
    }

    private void KeepAlways(int entry)
    {
        _keep[entry] = uint.MaxValue;
        _alias[entry] = entry;
    }
}
