using BenchmarkDotNet.Attributes;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Benchmarks.Kernels;

/// <summary>
/// One page table of 512 pages, a tenth of them accessed, decoded into a chunk's facts: what a scan does for each 2 MiB
/// in addition to reading the table.
/// </summary>
[MemoryDiagnoser]
public class PageTableDecode
{
    private const ulong NodeFrames = 1 << 20;
    private readonly ulong[] _entries = new ulong[512];
    private FrameMap _frames = FrameMap.Empty;
    private ChunkFacts _facts;

    /// <summary>How its pages are spread.</summary>
    [Params("one node", "two nodes, page by page", "two nodes, with holes")]
    public string Table { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        PlaceMap places = new(
            new Topology(
                [
                    new MemoryNode(
                        0,
                        1L << 32,
                        [0],
                        new Dictionary<int, int>()), new MemoryNode(1, 1L << 32, [], new Dictionary<int, int>()),
                ]));
        _frames = new FrameMap([new FrameRange(0, NodeFrames, 0), new FrameRange(NodeFrames, 2 * NodeFrames, 1)], places);
        Random random = new(1);
        for (int i = 0; i < _entries.Length; i++)
        {
            ulong frame = (ulong)random.NextInt64((long)NodeFrames) + (Table != "one node" && random.Next(2) == 0 ? NodeFrames : 0);
            _entries[i] = Table.EndsWith("holes", StringComparison.Ordinal) && random.Next(20) == 0
                ? 0
                : (frame << 12) | 0x47 | (random.Next(10) == 0 ? 0x20UL : 0);
        }
    }

    [Benchmark(Baseline = true)]
    public void OneByOne() => PageTableEntries.DecodeScalar(_entries, PageTableEntry.FrameAddressMask, _frames, ref _facts);

    [Benchmark]
    public void Vectors() => PageTableEntries.DecodeVectors(_entries, PageTableEntry.FrameAddressMask, _frames, ref _facts);
}
