using Terrace.Core.Machine;
using Terrace.Linux.ControlGroups;
using Terrace.Linux.Files;
using Terrace.Linux.Nodes;

namespace Terrace.Fuzz.Targets;

/// <summary>What the kernel says of nodes, in files of several lines.</summary>
internal sealed class NodesTarget : IFuzzTarget
{
    private const int MaxNode = 1 << 16;
    private readonly List<Zone> _zones = [];

    public string Name => "nodes";

    public string Reads => "/proc/zoneinfo, meminfo of nodes, memory.numa_stat, lists of CPUs and nodes";

    public IReadOnlyList<string> Words =>
    [
        "Node 0, zone   Normal\n", "  pages free     ", "        min      ", "        low      ", "        high     ", "        spanned  ",
        "        present  ", "  start_pfn:           ", "MemTotal:", "MemFree:", " kB\n", "anon N0=", "file N0=", "shmem N1=",
        "slab_reclaimable N0=",
        "0-3,8,10-11\n", "9223372036854775807",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Named("zoneinfo", "meminfo", "memory.numa_stat", "cpulist", "online", "nodelist")
        .Concat(CapturedFiles.Texts("anon N0=4096 N1=0\nfile N0=8192 N1=4096\npagetables N0=4096 N1=0\n", "0-3,8,10-11\n"));

    public void Run(ReadOnlySpan<byte> input)
    {
        Zone.ParseAll(input, _zones);
        foreach (Zone zone in _zones)
        {
            Expect.That(zone.Node is >= 0 and < MaxNode);
            Expect.That(zone is { HighPages: >= 0, LowPages: >= 0, MinPages: >= 0, PresentFrames: >= 0 });
            Expect.That(zone.StartFrame + zone.SpannedFrames >= zone.StartFrame);
        }

        if (NodeMeminfo.TryParse(input, out NodeMeminfo memory))
        {
            Expect.That(memory is { TotalBytes: >= 0, FreeBytes: >= 0 });
            NodeUse use = memory.Use;
            Expect.That(use is { CacheBytes: >= 0, ProcessBytes: >= 0, OtherBytes: >= 0, DroppableBytes: >= 0 });
            Expect.That(use.FreeBytes + use.CacheBytes + use.ProcessBytes + use.OtherBytes == memory.TotalBytes);
        }

        int last = -1;
        foreach (NodeUsage usage in NumaStat.Parse(input) ?? [])
        {
            Expect.That(usage.Node > last);
            Expect.That(usage is { AnonBytes: >= 0, FileBytes: >= 0, ShmemBytes: >= 0, KernelBytes: >= 0 });
            last = usage.Node;
        }

        if (IdList.TryParse(input, out List<int> ids))
        {
            Expect.That(ids.Count <= MaxNode + 1);
            for (int i = 1; i < ids.Count; i++)
            {
                Expect.That(ids[i] > ids[i - 1]);
            }
        }
    }
}
