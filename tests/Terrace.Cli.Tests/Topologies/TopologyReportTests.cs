using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Linux.Nodes;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Topologies;

public sealed class TopologyReportTests
{
    private static readonly KernelTiering s_quiet = new(DemotionEnabled: false, NumaBalancing: 0);

    [Fact]
    public void Every_node_names_its_targets_in_order()
    {
        TopologyReport report = TopologyReport.Of(new SimulatedMachine(ThreeTiers()), s_quiet);
        Assert.Equal([1, 2, null], report.Nodes.Select(node => node.DemotionTarget));
        Assert.Equal([null, 0, 0], report.Nodes.Select(node => node.PromotionTarget));
        Assert.Equal([[1, 2], [2], []], report.Nodes.Select(node => node.DemotionTargets));
        Assert.Equal([[], [0], [0]], report.Nodes.Select(node => node.PromotionTargets));
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public void A_machine_with_one_node_says_what_that_means()
    {
        SimulatedMachineSpec spec = new() { Nodes = [new(0, 1L << 30, 100) { HasCpus = true }] };
        TopologyReport report = TopologyReport.Of(new SimulatedMachine(spec), s_quiet);
        Assert.False(report.HasSlowTier);
        Assert.Contains("one memory node", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "promotes pages by itself")]
    [InlineData(3, "promotes pages by itself")]
    [InlineData(1, "NUMA balancing is on")]
    public void Kernel_tiering_that_fights_is_named_with_the_setting_that_ends_it(int balancing, string words)
    {
        TopologyReport report = TopologyReport.Of(new SimulatedMachine(ThreeTiers()), new KernelTiering(DemotionEnabled: true, balancing));
        Assert.Contains(words, report.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("kernel.numa_balancing=0", report.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("demotes", report.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_fast_node_that_drops_page_cache_before_slow_memory_is_used_is_named_with_the_setting_that_ends_it()
    {
        TopologyReport report = TopologyReport.Of(new SimulatedMachine(ThreeTiers()), s_quiet with { ZoneReclaimMode = 3 });
        Assert.Contains("vm.zone_reclaim_mode=0", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Empty(TopologyReport.Of(new SimulatedMachine(ThreeTiers()), s_quiet with { ZoneReclaimMode = 2 }).Warnings);
    }

    [Fact]
    public void Text_shows_tiers_latencies_distances_and_targets()
    {
        using StringWriter writer = new();
        TopologyText.Write(new TextOutput(writer), TopologyReport.Of(new SimulatedMachine(ThreeTiers()), s_quiet));
        string text = writer.ToString();
        Assert.Contains("tier 0 (fast): node 0", text, StringComparison.Ordinal);
        Assert.Contains("tier 1 (slow): node 1", text, StringComparison.Ordinal);
        Assert.Contains("tier 2 (slowest): node 2", text, StringComparison.Ordinal);
        Assert.Contains("100 ns", text, StringComparison.Ordinal);
        Assert.Contains("node 1, else 2", text, StringComparison.Ordinal);
        Assert.Contains("from 2", text, StringComparison.Ordinal);
        Assert.Contains("512 MiB", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void On_a_terminal_three_nodes_fit_its_width(int width)
    {
        using StringWriter writer = new();
        TopologyText.Write(new TextOutput(writer, width), TopologyReport.Of(new SimulatedMachine(ThreeTiers()), s_quiet));
        string[] lines = writer.ToString().Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Matches(width == 200 ? "^node  tier +size +free +CPUs" : "^node +0 +1 +2$", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("tier 2 (slowest): node 2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new int[0], "–")]
    [InlineData(new[] { 3 }, "3")]
    [InlineData(new[] { 0, 1, 2, 3, 6 }, "0-3,6")]
    [InlineData(new[] { 5, 1, 3 }, "1,3,5")]
    public void Runs_of_numbers_are_joined(int[] numbers, string text) => Assert.Equal(text, TopologyText.Ranges(numbers));

    private static SimulatedMachineSpec ThreeTiers() => new()
    {
        Nodes = [new(0, 512L << 20, 100) { HasCpus = true }, new(1, 1L << 30, 250), new(2, 2L << 30, 400)],
    };
}
