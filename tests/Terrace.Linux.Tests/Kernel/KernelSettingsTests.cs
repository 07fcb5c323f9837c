using Terrace.Linux.Files;
using Terrace.Linux.Kernel;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Kernel;

public sealed class KernelSettingsTests
{
    [Fact]
    public void Values_of_a_captured_kernel_are_read_in_the_form_that_people_write()
    {
        KernelSettings settings = new(CapturedTree.Of("two-tier-6.12"));
        Dictionary<string, string?> values = settings.Knobs.ToDictionary(knob => knob.Name, knob => settings.Read(knob).Value);
        Assert.Equal("1", values["numa_balancing"]);
        Assert.Equal("65536", values["promote_rate_limit_MBps"]);
        Assert.Equal("off", values["demotion"]);
        Assert.Equal("0x0007", values["lru_gen"]);
        Assert.Equal("always", values["transparent_hugepage"]);
        Assert.Equal("1", values["weighted_interleave_node1"]);
        Assert.Null(values["weighted_interleave_auto"]);
    }

    [Fact]
    public void What_a_kernel_does_not_have_is_told_from_what_cannot_be_understood()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .Without("sys/kernel/mm/numa")
            .With("proc/sys/kernel/numa_balancing", "perhaps\n");
        KernelSettings settings = new(tree.Root);
        Assert.Equal((false, null), (settings.Read(settings.Find("demotion")!).IsPresent, settings.Read(settings.Find("demotion")!).Value));
        Assert.Equal(
            (true, null),
            (settings.Read(settings.Find("numa_balancing")!).IsPresent, settings.Read(settings.Find("numa_balancing")!).Value));
    }

    [Fact]
    public void Watermarks_rise_from_min_to_high_on_every_node_and_the_high_one_is_what_Terrace_keeps_free()
    {
        string root = CapturedTree.Of("two-tier-6.12");
        IReadOnlyList<NodeWatermarks> nodes = NodeWatermarks.Read(new FileTree(root));
        Assert.Equal([0, 1], nodes.Select(node => node.Node));
        Assert.All(nodes, node => Assert.True(0 < node.MinBytes && node.MinBytes < node.LowBytes && node.LowBytes < node.HighBytes));
        using LinuxMachine machine = new(root);
        Assert.All(nodes, node => Assert.Equal(machine.ReserveBytes(node.Node), node.HighBytes));
    }

    [Theory]
    [InlineData("none integrity [confidentiality]\n", "", LockdownLevel.Confidentiality)]
    [InlineData("none [integrity] confidentiality\n", "", LockdownLevel.Integrity)]
    [InlineData("[none] integrity confidentiality\n", "lockdown=confidentiality\n", LockdownLevel.None)]
    [InlineData(null, "quiet lockdown=confidentiality\n", LockdownLevel.Confidentiality)]
    [InlineData(null, "lockdown=integrity panic=-1\n", LockdownLevel.Integrity)]
    [InlineData(null, "notlockdown=integrity\n", LockdownLevel.Unknown)]
    public void Lockdown_is_what_the_kernel_says_else_what_it_was_asked_for(string? file, string commandLine, LockdownLevel level)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("proc/cmdline", commandLine);
        if (file is not null)
        {
            tree.With("sys/kernel/security/lockdown", file);
        }

        Assert.Equal(level, LockdownLevels.Read(new FileTree(tree.Root)));
    }

    [Theory]
    [InlineData("Name:\tx\nCapEff:\t0000000000080000\n", true, false)]
    [InlineData("CapEff:\t000001ffffffffff\n", true, true)]
    [InlineData("CapEff:\t0000000000000000\n", false, false)]
    public void Capabilities_are_the_effective_ones(string status, bool ptrace, bool syslog)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("proc/self/status", status);
        CapabilitySet set = CapabilitySet.Read(new FileTree(tree.Root))!.Value;
        Assert.Equal((ptrace, syslog), (set.Has(Capability.CAP_SYS_PTRACE), set.Has(Capability.CAP_SYSLOG)));
    }

    [Theory]
    [InlineData("CapPrm:\t0000000000080000\n")]
    [InlineData("CapEff:\tall of them\n")]
    public void Capabilities_that_cannot_be_read_are_not_guessed(string status)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("proc/self/status", status);
        Assert.Null(CapabilitySet.Read(new FileTree(tree.Root)));
    }
}
