using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Kernel;

public sealed class KernelTieringWarningsTests : IDisposable
{
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;

    public KernelTieringWarningsTests() => _machine = new LinuxMachine(_tree.Root);

    public void Dispose()
    {
        _machine.Dispose();
        _tree.Dispose();
    }

    [Theory]
    [InlineData(null, 0, true, "demotes")]
    [InlineData(null, 2, false, "promotes")]
    [InlineData("terrace", 0, true, null)]
    [InlineData("cooperate", 0, true, null)]
    [InlineData("terrace", 2, true, "promotes")]
    [InlineData("terrace", 1, true, "NUMA balancing is on")]
    [InlineData("kernel", 2, true, "promotes")]
    public void That_the_kernel_demotes_is_no_news_where_it_was_configured(string? mode, int balancing, bool demotion, string? said)
    {
        KernelTiering kernel = new(demotion, balancing);
        IEnumerable<string> warnings = KernelTieringWarnings.Of(_machine.Topology, kernel, mode is null ? null : KernelMode.Find(mode));
        if (said is null)
        {
            Assert.Empty(warnings);
        }
        else
        {
            Assert.Contains(said, Assert.Single(warnings), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("damon_stat", "DAMON_STAT clears accessed bits of all memory too", "terrace kernel --set damon_stat=off")]
    [InlineData("damon_lru_sort", "DAMON_LRU_SORT clears", "who started it ends it (/sys/module/damon_lru_sort/parameters/enabled)")]
    public void Who_else_clears_accessed_bits_is_told_with_what_ends_it(string module, string said, string fix)
    {
        _tree.With("proc/sys/kernel/numa_balancing", "0\n").With($"sys/module/{module}/parameters/enabled", "Y\n");
        string warning = Assert.Single(KernelTieringWarnings.Of(_machine.Topology, _machine.KernelTiering));
        Assert.StartsWith(said, warning, StringComparison.Ordinal);
        Assert.Contains(fix, warning, StringComparison.Ordinal);
    }
}
