using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Core.Layout;
using Terrace.Host.Daemon;
using Terrace.Host.Files;
using Terrace.Host.Guests;
using Terrace.Linux;
using Terrace.Linux.Nodes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.Layout.Follow;

/// <summary>What a guest makes of what its host says, on the captured tree of a machine with two nodes.</summary>
public sealed class HostTierSourceTests : IDisposable
{
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly FakeTimeProvider _clock = new();
    private readonly string _path;
    private readonly HostTierSource _tiers;

    public HostTierSourceTests()
    {
        _path = Path.Combine(_tree.Root, "run/terrace", FollowedFile.Name);
        _tiers = new HostTierSource(_path, _clock);
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Without_a_layout_the_kernels_order_holds()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
        Assert.Null(TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames).Guest);
    }

    [Fact]
    public void A_node_that_lies_on_the_hosts_slow_tier_is_slow_and_comes_back_when_the_host_moves_it_back()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Tell(1, machine.Frames, node0: 2, node1: 0);
        Later(3);
        machine.Refresh();
        Assert.Equal([[1], [0]], machine.Topology.Tiers);
        Assert.Equal(0, machine.Places.PlaceOf(1));
        Assert.Equal(1, machine.Topology.PromotionTargetOf(0));
        FrameMap frames = machine.Frames;

        // Another generation in the same order: nothing is read again.
        Tell(2, machine.Frames, node0: 2, node1: 0);
        Later(3);
        machine.Refresh();
        Assert.Same(frames, machine.Frames);

        Tell(3, machine.Frames, node0: 0, node1: 2);
        Later(3);
        machine.Refresh();
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
    }

    [Fact]
    public void Where_the_host_has_both_nodes_on_one_tier_the_kernels_order_stays()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Tell(1, machine.Frames, node0: 2, node1: 2);
        Later(3);
        machine.Refresh();
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
        GuestReport report = TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames).Guest!;
        Assert.Contains("most of both lies in tier 1 of the host", Assert.Single(report.Stale), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_whose_follower_has_ended_is_not_shown_and_is_ignored_after_a_minute()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Tell(1, machine.Frames, node0: 2, node1: 0);
        Later(3);
        machine.Refresh();
        Assert.Equal([[1], [0]], machine.Topology.Tiers);
        // A new file, as followers write it: one changed in place may have the same length, and its change is not seen.
        AtomicFile.Write(
            _path,
            JsonSerializer.Serialize(
                new FollowedFile { Pid = int.MaxValue, StartTicks = 1, Live = true, Layout = _tiers.Layout!.Message },
                LayoutJson.Line.FollowedFile));
        Later(3);
        machine.Refresh();
        Assert.Equal([[1], [0]], machine.Topology.Tiers);
        TopologyReport shown = TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames);
        Assert.Null(shown.Guest);
        Assert.Contains(shown.Warnings, warning => warning.Contains("terrace layout follow", StringComparison.Ordinal));
        Later(61);
        machine.Refresh();
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"pid\":1,\"startTicks\":1,\"live\":true,\"layout\":{\"version\":1}}")]
    public void A_damaged_file_is_named_and_ignored(string text)
    {
        _tree.With("run/terrace/" + FollowedFile.Name, text);
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
        Assert.Contains(
            TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames).Warnings,
            warning => warning.Contains(_path, StringComparison.Ordinal));
    }

    [Fact]
    public void The_topology_shows_what_the_kernel_believes_and_the_truth_next_to_it()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        Tell(7, machine.Frames, node0: 2, node1: 0);
        Later(3);
        TopologyReport report = TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames);
        GuestReport guest = report.Guest!;
        Assert.True(guest.KernelIsStale);
        Assert.Equal([(0, 0, 1), (1, 1, 0)], guest.Nodes.Select(node => (node.Node, node.KernelTier!.Value, node.HostTier!.Value)));
        Assert.Equal([250, 80], guest.Nodes.Select(node => node.MeanReadLatencyNs!.Value));
        Assert.Equal(20, guest.Nodes[0].On[0].Distance);
        Assert.Equal(
            machine.Frames.Ranges.ToArray()
                .Where(range => range.Node == 0)
                .Aggregate(0UL, (sum, range) => sum + ((range.End - range.Start) * 4096)),
            guest.Nodes[0].KnownBytes);
        using StringWriter text = new();
        TopologyText.Write(new TextOutput(text), report);
        Assert.Contains("where this guest's memory lies on its host (generation 7)", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "This guest's kernel considers node 0 faster than node 1, but most of node 0 lies in tier 1 of the host, and of node 1 in "
                + "tier 0.",
            text.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("this guest's CPUs run on host nodes 0", text.ToString(), StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(
            JsonSerializer.Serialize(report, TopologyJson.Indented.TopologyReport)).RootElement.GetProperty("guest");
        Assert.Equal(
            ["epoch", "generation", "blockBytes", "inUseBytes", "elsewhereBytes", "kernelIsStale", "nodes", "cpuNodes", "cpus", "stale"],
            CommandRun.NamesOf(json));
        Assert.Equal(
            ["node", "kernelTier", "hostTier", "knownBytes", "slowBytes", "meanReadLatencyNs", "on"],
            CommandRun.NamesOf(json.GetProperty("nodes")[0]));
    }

    [Fact]
    public void A_node_of_which_a_part_lies_elsewhere_is_told_with_that_part()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        FrameRange first = machine.Frames.Ranges[0];
        ulong middle = first.Start + ((first.End - first.Start) * 3 / 4);
        Tell(1, [(first.Start, middle, 0), (middle, first.End, 2)]);
        Later(3);
        GuestReport guest = TopologyReport.Of(machine, machine.KernelTiering, _tiers, machine.Frames).Guest!;
        Assert.Equal(2, guest.Nodes[0].On.Count);
        Assert.Contains($"of node {first.Node} lies in another tier of the host", guest.Stale[0], StringComparison.Ordinal);
        Assert.Equal(0, guest.Nodes[0].HostTier);
    }

    [Fact]
    public void Followers_of_events_hear_of_each_layout_once()
    {
        using LinuxMachine machine = new(_tree.Root, _tiers);
        using EventHub hub = new();
        using EventFeed follower = hub.Follow(_ => false);
        LayoutEvents news = new(_tiers, hub, _clock, NullLogger.Instance);
        news.Tick();
        Tell(4, machine.Frames, node0: 0, node1: 2);
        Later(3);
        news.Tick();
        Later(3);
        news.Tick();
        Assert.True(follower.Lines.TryRead(out string? line));
        JsonElement told = JsonDocument.Parse(line!).RootElement;
        Assert.Equal(["event", "epoch", "generation", "seconds", "ranges"], CommandRun.NamesOf(told));
        Assert.Equal(("layout", 4), (told.GetProperty("event").GetString(), told.GetProperty("generation").GetInt32()));
        Assert.False(follower.Lines.TryRead(out _));
    }

    private void Later(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private void Tell(long generation, FrameMap frames, int node0, int node1) =>
        Tell(generation, frames.Ranges.ToArray().Select(range => (range.Start, range.End, range.Node == 0 ? node0 : node1)));

    private void Tell(long generation, IEnumerable<(ulong Start, ulong End, int Node)> ranges)
    {
        FoldedLayout folded = new(
            1, [.. ranges.Select(range => new FrameRange(range.Start, range.End, range.Node))], 1000, 0, new Dictionary<int, ulong>());
        FollowedLayout.Write(
            _path,
            LayoutGenerations.MessageOf(
                folded,
                FakeGuest.Host,
                new Terrace.Linux.Guests.VirtualCpus(
                    new Dictionary<int, IReadOnlyList<int>>(), [0, 1])) with
            { Epoch = 9, Generation = generation },
            live: true);
    }
}
