using Terrace.Core.Layout;
using Terrace.Core.Machine;

namespace Terrace.Fuzz.Targets;

/// <summary>A machine of two nodes, one of them without CPUs, for parsers that are told of one.</summary>
internal static class SampleMachine
{
    private const long NodeBytes = 1L << 28;

    public static Topology Topology { get; } = new(
    [
        new MemoryNode(0, NodeBytes, [0], new Dictionary<int, int> { [0] = 10, [1] = 20 }),
        new MemoryNode(1, NodeBytes, [], new Dictionary<int, int> { [0] = 20, [1] = 10 }),
    ]);

    /// <summary>The same as a machine on which nothing happens.</summary>
    public static IMachine Still { get; } = new StillMachine();

    /// <summary>Frames below 0x10000 are on node 0, those up to 0x20000 on node 1.</summary>
    public static FrameMap Frames { get; } =
        new([new FrameRange(0, 0x10000, 0), new FrameRange(0x10000, 0x20000, 1)], new PlaceMap(Topology));

    private sealed class StillMachine : IMachine
    {
        public Topology Topology => SampleMachine.Topology;

        public PlaceMap Places { get; } = new(SampleMachine.Topology);

        public void Refresh()
        {
        }

        public long FreeBytes(int node) => 0;

        public NodeUse UseOf(int node) => new(FreeBytes(node), 0, 0, 0);

        public long ReserveBytes(int node) => 0;
    }
}
