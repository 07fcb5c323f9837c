using Terrace.Linux.ControlGroups;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.ControlGroups;

public sealed class CpusetTreeTests
{
    private const string Root = "sys/fs/cgroup";

    [Fact]
    public void Top_level_groups_are_found_with_their_nodes_and_where_their_pages_lie()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With($"{Root}/user.slice/cpuset.mems", "0-1,3\n").With($"{Root}/user.slice/cpuset.cpus", "1\n")
            .With(
                $"{Root}/user.slice/memory.numa_stat", "anon N0=4096 N1=8192\nfile N0=1 N1=2\nshmem N0=100 N1=100\nfile_mapped N0=7 N1=7\n")
            .With($"{Root}/machine.slice/cpuset.mems", "\n").Without($"{Root}/machine.slice/memory.numa_stat")
            .Without($"{Root}/system.slice/cpuset.mems")
            .With($"{Root}/not-a-group/readme", "");
        CpusetTree cpusets = new(tree.Root);
        Assert.True(cpusets.IsOffered);
        Assert.True(cpusets.IsOn);
        IReadOnlyList<CpusetGroup> groups = cpusets.Groups();
        Assert.Equal(["machine.slice", "system.slice", "user.slice"], groups.Select(group => group.Name));
        Assert.Equal(["", null, "0-1,3"], groups.Select(group => group.Mems));
        Assert.Equal([0, 1, 3], groups[2].Nodes);
        Assert.Equal([false, false, true], groups.Select(group => group.HasCpus));
        Assert.Null(groups[0].BytesByNode);
        Assert.Equal(new Dictionary<int, long> { [0] = 4097, [1] = 8194 }, groups[2].BytesByNode);
    }

    [Theory]
    [InlineData("cpu io memory\n", "cpu\n", false, false)]
    [InlineData("cpuset cpu\n", "cpu\n", true, false)]
    [InlineData("cpusets\n", "", false, false)]
    public void The_controller_is_offered_and_on_only_where_it_is_named(string controllers, string on, bool offered, bool isOn)
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With($"{Root}/cgroup.controllers", controllers)
            .With($"{Root}/cgroup.subtree_control", on);
        CpusetTree cpusets = new(tree.Root);
        Assert.Equal((offered, isOn), (cpusets.IsOffered, cpusets.IsOn));
    }

    [Fact]
    public void Without_control_groups_there_is_nothing()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12").Without(Root);
        CpusetTree cpusets = new(tree.Root);
        Assert.False(cpusets.IsOffered);
        Assert.Empty(cpusets.Groups());
        Assert.Empty(cpusets.RootProcesses());
    }

    [Fact]
    public void Processes_of_the_root_group_are_told_from_kernel_threads()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With($"{Root}/cgroup.procs", "1\n2\n77\n").With("proc/1/cmdline", "init\0").With("proc/2/cmdline", "");
        Assert.Equal([1], new CpusetTree(tree.Root).RootProcesses());
    }
}
