using BenchmarkDotNet.Attributes;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Benchmarks.Kernels;

/// <summary>
/// Adding one scan's facts to the heat map: time is per base page. 256 MiB of memory in 128 chunks, facts different in each.
/// </summary>
public class HeatAccounting
{
    private const int Chunks = 128;
    private readonly ChunkFacts[] _facts = new ChunkFacts[Chunks];
    private HeatMap _map = null!;

    [Params(PlaneWidth.Word64, PlaneWidth.Vector256, PlaneWidth.Vector512)]
    public PlaneWidth Width { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _map = new HeatMap(Width);
        Random random = new(1);
        for (int i = 0; i < Chunks; i++)
        {
            _facts[i].Present.Fill(ulong.MaxValue);
            foreach (ref ulong word in _facts[i].Accessed.AsWords())
            {
                word = (ulong)random.NextInt64();
            }
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _map.Dispose();

    [Benchmark(OperationsPerInvoke = Chunks * Chunk.Pages)]
    public void Scan()
    {
        _map.BeginScan();
        for (int i = 0; i < Chunks; i++)
        {
            _map.Record((ulong)i, _facts[i]);
        }

        _map.EndScan();
    }
}
