using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Kernel;

public sealed class IsolationGapTests
{
    [Theory]
    [InlineData("two-tier-6.12", true, 6, 1, "before Linux 6.16")]
    [InlineData("two-tier-6.12", true, 6, 15, "before Linux 6.16")]
    [InlineData("two-tier-6.12", true, 0, 0, "before Linux 6.16")]
    [InlineData("two-tier-6.12", true, 6, 16, null)]
    [InlineData("three-tier-7", true, 6, 19, "other than the nearest")]
    [InlineData("three-tier-7", true, 7, 0, null)]
    [InlineData("two-tier-6.1", true, 6, 1, null)]
    [InlineData("two-tier-6.12", false, 6, 1, null)]
    [InlineData("two-tier-6.12", null, 6, 1, null)]
    public void Isolation_has_a_gap_where_reclaim_demotes_without_asking(
        string machine, bool? demotion, int major, int minor, string? said)
    {
        using CapturedTree tree = CapturedTree.CopyOf(machine);
        using LinuxMachine nodes = new(tree.Root);
        string? gap = IsolationGap.Of(new KernelTiering(demotion, 0), new KernelRelease(major, minor), nodes.Topology)?.ToString();
        Assert.Equal(said is null, gap is null);
        Assert.Contains(said ?? "", gap ?? "", StringComparison.Ordinal);
    }
}
