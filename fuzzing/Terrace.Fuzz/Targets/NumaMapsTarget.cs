using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Fuzz.Targets;

/// <summary>The memory policies of a process.</summary>
internal sealed class NumaMapsTarget : IFuzzTarget
{
    private static readonly Topology s_topology = SampleMachine.Topology;
    private static readonly MemoryPolicy s_given = new(MemoryPolicy.MPOL_PREFERRED_MANY, [0]);
    private static readonly InputFile s_file = new();
    private readonly List<(ulong Start, bool Chosen)> _starts = [];

    public string Name => "numa-maps";

    public string Reads => "/proc/PID/numa_maps, node lists";

    public IReadOnlyList<string> Words =>
    [
        "default", "bind:0-1", "prefer (many):0", "weighted interleave:0-1", "local", "=static", "interleave:", " N0=", " N1=",
        " kernelpagesize_kB=4", " kernelpagesize_kB=2048", " anon=", " file=/usr/lib/a",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        """
        55d0c0000000 default file=/usr/bin/qemu mapped=12 N0=12 kernelpagesize_kB=4
        7f0000000000 bind:1 anon=512 dirty=512 N0=500 N1=12 kernelpagesize_kB=4
        7f0000200000 weighted interleave:0-1 anon=2 dirty=2 N0=1 N1=1 kernelpagesize_kB=2048
        7f0000400000 prefer (many):0 anon=2 N1=2 kernelpagesize_kB=4
        7f0000600000 bind=static:0-1,3 file=/memfd:a\040b mapped=1 N0=1 kernelpagesize_kB=4
        7f0000800000 local

        """);

    public void Run(ReadOnlySpan<byte> input)
    {
        s_file.Set(input);
        PolicyReader reader = PolicyReader.TryOpen(s_file.Path, ProcessCalls.Direct)!;
        Expect.That(reader.Read(_starts, s_topology, given: null));
        Expect.That(reader.ChosenBytes >= 0);
        int mappings = _starts.Count;
        Expect.That(reader.Read(_starts, s_topology, s_given));
        Expect.That(_starts.Count == mappings);
        Expect.That(reader.ChosenBytes >= 0);
    }
}
