using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>The shapes, by number, and the four tenants.</summary>
internal static class HostRows
{
    /// <summary>Name of the row of four equal tenants.</summary>
    public const string Tenants = "tenants";

    private const long Mebibyte = 1 << 20;

    /// <summary>The shapes, in order.</summary>
    public static IReadOnlyList<HostRow> All { get; } =
    [
        new("1", "nearest slow node too small", Nodes("dram:512M,dram:512M,cxl:512M,cxl:1G"), "plain 900", "0,1", 0.2)
        {
            HasHitTarget = false,
        },
        new("2", "five nodes", Nodes("dram:512M,dram:256M,dram:256M,cxl:512M,cxl:512M"), "plain 700", "0,1,2", 0.3)
        {
            HasHitTarget = false,
        },
        new(
            "3",
            "two sockets, slow nodes equally far",
            Nodes("dram:512M,dram:512M,cxl:768M,cxl:768M") with
            {
                Sockets = 2,
                Distances = NodeDistance.ParseList("0-1:21,0-2:28,0-3:28,1-2:28,1-3:28,2-3:28"),
            },
            "plain 900",
            "0,1",
            0.2)
        {
            With = "taskset 2",
            StartsSlow = true,
            HomeNode = 1,
            HasHitTarget = false,
        },
        new(
            "4",
            "6.1, DRAM of 80 and 85 ns",
            Nodes("dram:512M@80ns,dram:512M@85ns,cxl:1G@250ns") with { Kernel = "6.1" },
            "plain 700",
            "0,1",
            0.3)
        {
            HasHitTarget = false,
            WithoutKernel = "all its nodes are in one kernel tier",
        },
        new("5", "somebody reads a large disk", new LabSpec { DiskBytes = 3584 * Mebibyte }, "plain 600", "0", 0.6)
        {
            Disturbance = "while true; do cat /dev/vda > /dev/null; done",
        },
        new("6", "pool of huge pages", new LabSpec { HugePools = [new HugePool(0, 200)] }, "pool 400", "0", 0.2)
        {
            IsTracked = false,
            WithoutKernel = "it leaves such memory alone",
        },
        new("7", "folios of 64 KiB, hot and cold ones", new LabSpec { FolioBytes = 64 << 10 }, "folios 1400", "0", 0.2)
        {
            // Else the kernel would take folios of 2 MiB where it finds room.
            Prepare = "echo never > /sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled",
        },
        new("8", "a memfd mapped three times", new LabSpec(), "views 256", "0", 0.4),
        new("10", "half of it pinned by io_uring", new LabSpec(), "pinned 400", "0", 0.2)
        {
            WithoutKernel = "all of it is in fast memory from the start",
        },
        new("11", "a child of fork, for a snapshot", new LabSpec(), "forked 300", "0", 0.2),
    ];

    /// <summary>Their names, that of the tenants last.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(row => row.Name), Tenants];

    private static LabSpec Nodes(string list) => new() { Nodes = NodeSpec.ParseList(list) };
}
