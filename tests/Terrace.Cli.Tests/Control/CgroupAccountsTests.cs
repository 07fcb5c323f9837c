using Terrace.Cli.Control;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.Control;

public sealed class CgroupAccountsTests
{
    private static readonly Topology s_topology = new(
    [
        new MemoryNode(0, 1 << 30, [0], new Dictionary<int, int> { [0] = 10, [1] = 20 }),
        new MemoryNode(1, 1 << 30, [], new Dictionary<int, int> { [0] = 20, [1] = 10 }),
    ]);

    private static readonly GroupStatus s_group = new()
    {
        Name = "databases",
        Rule = "databases",
        Fast = "30%",
        Processes =
        [
            Process(1, "/system.slice/redis.service", 1000, 300),
            Process(2, "/system.slice/redis.service", 200, 100),
            Process(3, "/", 5000, 5000),
            Process(4, "/system.slice/other.service", 7, 0),
            Process(5, null, 9, 0),
        ],
    };

    [Fact]
    public void The_kernels_account_of_each_group_stands_next_to_what_is_managed_of_its_processes()
    {
        using CapturedTree tree = Tree();
        GroupStatus group = CgroupAccounts.AddTo(s_group, s_topology, tree.Root);

        // The root group is the whole host, and the other one has no memory controller.
        CgroupStatus cgroup = Assert.Single(group.Cgroups);
        Assert.Equal(("/system.slice/redis.service", 1200L, 400L), (cgroup.Path, cgroup.ManagedBytes, cgroup.ManagedFastBytes));
        Assert.Equal(
            [
                new CgroupNodeStatus
                {
                    Node = 0, Tier = 0, AnonBytes = 4096, FileBytes = 50, UnmappedFileBytes = 30, ShmemBytes = 20, KernelBytes = 6,
                },
                new CgroupNodeStatus { Node = 1, Tier = 1, AnonBytes = 8192 },
            ],
            cgroup.Nodes);
    }

    [Fact]
    public void Page_cache_on_slow_nodes_that_nobody_maps_is_said_to_be_left_there()
    {
        using CapturedTree tree = Tree().With(
            "sys/fs/cgroup/system.slice/redis.service/memory.numa_stat",
            "anon N0=4096 N1=8192\nfile N0=900000000 N1=300000000\nfile_mapped N0=0 N1=31564544\nshmem N0=0 N1=0\n");
        Assert.Contains(
            "256 MiB of page cache that nobody maps lie in slow memory",
            Text(CgroupAccounts.AddTo(s_group, s_topology, tree.Root)),
            StringComparison.Ordinal);
        Assert.DoesNotContain("nobody maps lie", Text(s_group), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_shows_it_and_says_why_it_differs_or_that_there_is_none()
    {
        using CapturedTree tree = Tree();
        Assert.Contains(
            "control group /system.slice/redis.service: 1.17 KiB managed",
            Text(CgroupAccounts.AddTo(s_group, s_topology, tree.Root)),
            StringComparison.Ordinal);
        Assert.Contains("keeps no account", Text(s_group), StringComparison.Ordinal);
    }

    private static CapturedTree Tree() => CapturedTree.CopyOf("two-tier-6.12")
        .With(
            "sys/fs/cgroup/system.slice/redis.service/memory.numa_stat",
            "anon N0=4096 N1=8192\nfile N0=50 N1=0\nshmem N0=20 N1=0\nkernel_stack N0=6 N1=0\n");

    private static TargetStatus Process(int pid, string? cgroup, long bytes, long fastBytes) =>
        new() { Pid = pid, Name = "redis", Tracker = "page-tables", Cgroup = cgroup, Bytes = bytes, FastBytes = fastBytes };

    private static string Text(GroupStatus group)
    {
        using StringWriter writer = new();
        CgroupText.Write(new TextOutput(writer), [group]);
        return writer.ToString();
    }
}
