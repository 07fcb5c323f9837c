using Terrace.Cli.Exercise;
using Terrace.Core.Units;
using Terrace.Linux.Files;

namespace Terrace.Cli.Tests.Exercise;

public sealed class AvailableMemoryTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly string _root = Directory.CreateTempSubdirectory("terrace-tree-").FullName;

    public AvailableMemoryTests()
    {
        Write("proc/meminfo", "MemTotal: 4096000 kB\nMemFree: 1024 kB\nMemAvailable: 2048000 kB\n");
        Write(
            "sys/devices/system/node/node1/meminfo",
            "Node 1 MemTotal: 1024000 kB\nNode 1 MemFree: 102400 kB\nNode 1 Active(file): 1024 kB\nNode 1 Inactive(file): 0 kB\n"
                + "Node 1 SReclaimable: 1024 kB\n");
    }

    private FileTree Tree => new(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void More_than_the_machine_or_the_node_has_available_is_refused_with_both_figures()
    {
        Assert.Null(AvailableMemory.ProblemOf(Tree, 2000 * MiB));
        Assert.Equal(
            new Problem("--size 1.96 GiB is more than the 1.95 GiB of memory that this machine has available", "ask for a smaller --size"),
            AvailableMemory.ProblemOf(Tree, 2005 * MiB));
        Assert.Null(AvailableMemory.ProblemOf(Tree, 102 * MiB, node: 1));
        Assert.Equal(
            "--size 103 MiB is more than the 102 MiB of memory that node 1 has available",
            AvailableMemory.ProblemOf(Tree, 103 * MiB, node: 1)!.What);
    }

    [Fact]
    public void Where_the_kernel_does_not_say_nothing_is_refused()
    {
        Assert.Null(AvailableMemory.Of(Tree, node: 2));
        Assert.Null(AvailableMemory.ProblemOf(Tree, long.MaxValue, node: 2));
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
