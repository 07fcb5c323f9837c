namespace Terrace.Cli.Exercise;

/// <summary>
/// How likely each page is, by rank: buckets of ranks, each with a probability mass that its ranks share equally. A hot set is two
/// buckets; Zipf's law is a bucket for each of the first ranks and then buckets that grow by a sixteenth. Because the buckets are the law,
/// not an approximation of what is drawn, the oracle computed from them is exact. Drawing costs one table look-up (Walker's alias method).
/// </summary>
internal sealed class AccessLaw
{
    private const int SingleRanks = 64;
    private const double BucketGrowth = 1.0 / 16;

    private readonly double[] _mass;

    private AccessLaw(List<(uint Start, uint Count, double Mass)> buckets)
    {
        double total = buckets.Sum(bucket => bucket.Mass);
        Buckets = buckets.Count;
        Start = [.. buckets.Select(bucket => bucket.Start)];
        Count = [.. buckets.Select(bucket => bucket.Count)];
        _mass = [.. buckets.Select(bucket => bucket.Mass / total)];
        Threshold = new uint[Buckets];
        Alias = new int[Buckets];
        BuildAlias();
    }

    /// <summary>Number of buckets.</summary>
    public int Buckets { get; }

    /// <summary>First rank of each bucket.</summary>
    public uint[] Start { get; }

    /// <summary>Ranks in each bucket.</summary>
    public uint[] Count { get; }

    /// <summary>
    /// Alias method: a draw of a column stays when its fraction (of 2³²) is below this, else goes to <see cref="Alias"/>.
    /// </summary>
    public uint[] Threshold { get; }

    /// <summary>Alias method: where a column's other draws go.</summary>
    public int[] Alias { get; }

    /// <summary>The first <paramref name="hotFraction"/> of the ranks take <paramref name="hotShare"/> of the accesses.</summary>
    public static AccessLaw HotSet(uint pages, double hotFraction, double hotShare)
    {
        uint hot = (uint)Math.Clamp(Math.Round(pages * hotFraction), 1, pages);
        return hot == pages
            ? Uniform(pages)
            : new AccessLaw([(0, hot, hotShare), (hot, pages - hot, 1 - hotShare)]);
    }

    /// <summary>Rank <c>r</c> (from 1) in proportion to <c>r^-exponent</c>.</summary>
    public static AccessLaw Zipf(uint pages, double exponent)
    {
        List<(uint Start, uint Count, double Mass)> buckets = [];
        for (uint start = 0; start < pages;)
        {
            uint count = start < SingleRanks ? 1 : (uint)Math.Min(pages - start, start * BucketGrowth);
            double mass = count == 1
                ? Math.Pow(start + 1.0, -exponent)
                : Integral(start + count + 0.5, exponent) - Integral(start + 0.5, exponent);
            buckets.Add((start, count, mass));
            start += count;
        }

        return new AccessLaw(buckets);
    }

    /// <summary>Every rank alike.</summary>
    public static AccessLaw Uniform(uint pages) => new([(0, pages, 1)]);

    /// <summary>Probability that one access goes to the page of a rank.</summary>
    public double ProbabilityOf(uint rank)
    {
        int bucket = Array.BinarySearch(Start, rank);
        bucket = bucket >= 0 ? bucket : ~bucket - 1;
        return _mass[bucket] / Count[bucket];
    }

    /// <summary>
    /// The largest share of accesses that <paramref name="fastPages"/> pages can serve: the sum of as many most probable pages.
    /// </summary>
    public double BestShare(long fastPages)
    {
        double share = 0;
        foreach (int bucket in Enumerable.Range(0, Buckets).OrderByDescending(bucket => _mass[bucket] / Count[bucket]))
        {
            long taken = Math.Min(fastPages, Count[bucket]);
            share += _mass[bucket] * taken / Count[bucket];
            fastPages -= taken;
        }

        return Math.Min(share, 1);
    }

    private static double Integral(double x, double exponent) =>
        Math.Abs(exponent - 1) < 1e-9 ? Math.Log(x) : Math.Pow(x, 1 - exponent) / (1 - exponent);

    // Vose's form: columns with less than their share are filled up from one with more.
    private void BuildAlias()
    {
        double[] scaled = [.. _mass.Select(mass => mass * Buckets)];
        Stack<int> small = new();
        Stack<int> large = new();
        for (int i = 0; i < Buckets; i++)
        {
            (scaled[i] < 1 ? small : large).Push(i);
            Threshold[i] = uint.MaxValue;
            Alias[i] = i;
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop();
            int more = large.Peek();
            Threshold[less] = (uint)(scaled[less] * uint.MaxValue);
            Alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1)
            {
                small.Push(large.Pop());
            }
        }
    }
}
