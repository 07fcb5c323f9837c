using BenchmarkDotNet.Attributes;
using Terrace.Core.Layout;

namespace Terrace.Benchmarks.Kernels;

/// <summary>Looking up the node of a page in a layout of 100,000 ranges: pages in no order, time for each.</summary>
public class LayoutLookup
{
    private const int Ranges = 100_000;
    private const int Lookups = 1 << 16;
    private readonly ulong[] _pages = new ulong[Lookups];
    private MemoryLayout _layout = MemoryLayout.Empty;

    /// <summary>How long the ranges are.</summary>
    public enum Shape
    {
        /// <summary>256 pages each.</summary>
        Stripe,

        /// <summary>1 to 4096 pages, at random.</summary>
        Unequal,

        /// <summary>All but one in the first thousandth of memory, which is where all look-ups are.</summary>
        Crowded,
    }

    [Params(Shape.Stripe, Shape.Unequal, Shape.Crowded)]
    public Shape Of { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        List<FrameRange> ranges = [];
        ulong at = 0;
        for (int i = 0; i < Ranges; i++)
        {
            ulong end = at + (Of == Shape.Stripe ? 256 : (ulong)random.Next(1, 4097));
            ranges.Add(new FrameRange(at, end, i % 3));
            at = end;
        }

        for (int i = 0; i < Lookups; i++)
        {
            _pages[i] = (ulong)random.NextInt64((long)at);
        }

        if (Of == Shape.Crowded)
        {
            ranges.Add(new FrameRange(at, at * 1000, 3));
        }

        _layout = MemoryLayout.Of(ranges);
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public long NodeOf()
    {
        MemoryLayout layout = _layout;
        long sum = 0;
        foreach (ulong page in _pages)
        {
            sum += layout.NodeOf(page);
        }

        return sum;
    }
}
