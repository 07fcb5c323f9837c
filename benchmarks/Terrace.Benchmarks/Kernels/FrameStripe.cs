using BenchmarkDotNet.Attributes;
using Terrace.Core.Layout;
using Terrace.Simulation.Frames;

namespace Terrace.Benchmarks.Kernels;

/// <summary>
/// The example of the RFC ("DNUMA"): 128 MiB on two nodes striped in blocks of 256 pages over three, on the simulated page
/// allocator with exact accounts. One operation
/// is a commit of the stripes and one back.
/// </summary>
public class FrameStripe
{
    private const int Frames = 32768;
    private static readonly MemoryLayout s_boot = MemoryLayout.Of([new(0, Frames / 2, 0), new(Frames / 2, Frames, 1)]);
    private static readonly MemoryLayout s_striped = MemoryLayout.Stripe([new PageSpan(0, Frames)], 256, [0, 1, 2]);
    private FrameAllocator _frames = null!;

    /// <summary>Part of the frames that is in use, percent.</summary>
    [Params(0, 60)]
    public int InUse { get; set; }

    /// <summary>Boots the machine and allocates.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _frames = new FrameAllocator(s_boot, [0, 0, 0, 0, 1, 1, 1, 1]);
        for (int i = 0; i < Frames * InUse / 100; i++)
        {
            _frames.Allocate(i % 8);
        }
    }

    /// <summary>Stripes, and puts back.</summary>
    [Benchmark]
    public void StripeAndBack()
    {
        _frames.Commit(s_striped);
        _frames.Commit(s_boot);
    }
}
