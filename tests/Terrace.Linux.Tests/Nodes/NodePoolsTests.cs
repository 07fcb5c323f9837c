using Terrace.Linux.Files;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Tests.Nodes;

public sealed class NodePoolsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("terrace-pools-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Pools_of_all_sizes_of_a_node_are_added_up()
    {
        Write("sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "200\n");
        Write("sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
        Write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "900\n");
        Assert.Equal((400L << 20) + (2L << 30), NodePools.BytesOf(new FileTree(_root), 1));
        Assert.Equal(0, NodePools.BytesOf(new FileTree(_root), 2));
    }

    [Fact]
    public void Where_the_kernel_has_no_nodes_the_pools_of_the_machine_are_those_of_its_only_one()
    {
        Write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "7\n");
        Assert.Equal(14L << 20, NodePools.BytesOf(new FileTree(_root), 0));
    }

    [Fact]
    public void What_is_no_number_counts_as_nothing()
    {
        Write("sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "many\n");
        Write("sys/devices/system/node/node0/hugepages/README/nr_hugepages", "3\n");
        Assert.Equal(0, NodePools.BytesOf(new FileTree(_root), 0));
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
