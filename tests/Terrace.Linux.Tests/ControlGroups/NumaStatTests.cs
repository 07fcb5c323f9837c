using System.Text;
using Terrace.Linux.ControlGroups;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.ControlGroups;

public sealed class NumaStatTests
{
    [Fact]
    public void What_a_kernel_shows_of_a_group_is_told_by_node()
    {
        IReadOnlyList<NodeUsage> nodes = NumaStat.Read("/", CapturedTree.Of("two-tier-6.12"))!;
        Assert.Equal(
            [new NodeUsage(0, 233472, 0, 0, 0), new NodeUsage(1, 102400, 33370112, 33370112, 0) { MappedBytes = 1765376 }], nodes);
        Assert.Equal(33472512, nodes[1].TotalBytes);
    }

    [Fact]
    public void A_group_is_found_by_the_path_that_its_processes_have()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .With(
                "sys/fs/cgroup/machine.slice/web.scope/memory.numa_stat",
                "slab_reclaimable N0=5 N1=1\nkernel_stack N0=3 N1=0\nanon N0=4096 N1=8192\npagetables N0=7 N1=0\nfile_mapped N0=9 N1=9\n");
        Assert.Equal(
            [new NodeUsage(0, 4096, 0, 0, 15) { MappedBytes = 9 }, new NodeUsage(1, 8192, 0, 0, 1) { MappedBytes = 9 }],
            NumaStat.Read("/machine.slice/web.scope", tree.Root));
    }

    [Theory]
    [InlineData("file N1=1000\nfile_mapped N1=300\nshmem N1=200\n", 500)]
    [InlineData("file N1=1000\nfile_mapped N1=900\nshmem N1=900\n", 0)]
    public void Page_cache_that_nobody_maps_is_what_is_neither_mapped_nor_shared(string text, long bytes) =>
        Assert.Equal(bytes, Assert.Single(NumaStat.Parse(Encoding.ASCII.GetBytes(text))!).UnmappedFileBytes);

    [Theory]
    [InlineData("/no.such/group")]
    [InlineData("/..")]
    public void Where_there_is_no_such_file_there_is_no_account(string cgroup) =>
        Assert.Null(NumaStat.Read(cgroup, CapturedTree.Of("two-tier-6.12")));

    [Theory]
    [InlineData("anon N0=5 Nx=9 N=3 N1= N2=- N-1=4 N3=-6\n", 5)]
    [InlineData("anon\nanon N0=5", 5)]
    [InlineData("anon N0=9223372036854775807 N0=5", 5)]
    [InlineData("anonymous N0=9\nanon N0=5\n", 5)]
    public void What_a_line_has_of_nonsense_is_passed_over(string text, long node0) =>
        Assert.Equal([new NodeUsage(0, node0, 0, 0, 0)], NumaStat.Parse(Encoding.ASCII.GetBytes(text)));
}
