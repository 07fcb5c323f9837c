using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Machine;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

public sealed class NodeWatchTests : IDisposable
{
    private const string Online = "sys/devices/system/node/online";

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _written = [];
    private int _woken;
    private int _slowTiersThatCame;

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_node_that_is_named_and_comes_late_is_missed_once_and_taken_when_it_comes()
    {
        _tree.With(Online, "0\n");
        using LinuxMachine machine = new(_tree.Root, tiers: Choice("0/1"));
        NodeWatch watch = Begin(machine);
        Assert.False(machine.Topology.HasSlowTier);
        Pass(watch, seconds: 30);
        Assert.Contains("node 1 is not there or has no memory: nothing is moved until", Assert.Single(_written), StringComparison.Ordinal);
        Assert.Equal(0, _woken);
        _tree.With(Online, "0-1\n");
        Pass(watch, seconds: 2);
        Assert.True(machine.Topology.HasSlowTier);
        Assert.EndsWith("have changed: 2 memory nodes, tiers 0/1", _written[^1], StringComparison.Ordinal);
        Assert.Equal((2, 1), (_written.Count, _woken));
        Pass(watch, seconds: 30);
        Assert.Equal((2, 1), (_written.Count, _woken));
        Assert.Equal(1, _slowTiersThatCame);
    }

    [Fact]
    public void A_node_that_no_tier_names_is_said_once_when_it_comes_and_status_says_it_while_it_is_there()
    {
        using CapturedTree tree = CapturedTree.CopyOf("three-tier-7");
        tree.With(Online, "0-1\n");
        using LinuxMachine machine = new(tree.Root, tiers: Choice("0/1"));
        NodeWatch watch = Begin(machine);
        Pass(watch, seconds: 30);
        Assert.Empty(_written);
        tree.With(Online, "0-2\n");
        Pass(watch, seconds: 30);
        string said = Assert.Single(_written);
        Assert.Contains("node 2 with memory is in none of them: its pages are neither seen nor moved", said, StringComparison.Ordinal);
        Assert.EndsWith(Assert.Single(TierWarnings.Of(machine.Topology)), said, StringComparison.Ordinal);
        tree.With(Online, "0-1\n");
        Pass(watch, seconds: 30);
        Assert.Empty(TierWarnings.Of(machine.Topology));
        Assert.Single(_written);
    }

    [Fact]
    public void That_the_last_slow_node_is_gone_is_said()
    {
        using LinuxMachine machine = new(_tree.Root);
        NodeWatch watch = Begin(machine);
        Pass(watch, seconds: 30);
        Assert.Empty(_written);
        _tree.With(Online, "0\n");
        Pass(watch, seconds: 6);
        Assert.Equal(2, _written.Count);
        Assert.Contains("no slow tier is left", _written[^1], StringComparison.Ordinal);
        Assert.Equal(0, _slowTiersThatCame);
    }

    [Fact]
    public void Watching_makes_no_garbage_while_nothing_changes()
    {
        using LinuxMachine machine = new(_tree.Root, tiers: Choice("0/1"));
        NodeWatch watch = Begin(machine);
        Assert.Equal(0, Garbage.Of(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(6));
            watch.Tick();
        }));
    }

    private static TierChoice Choice(string text)
    {
        Assert.True(TierChoice.TryParse(text, out TierChoice? choice, out _));
        return choice;
    }

    private NodeWatch Begin(LinuxMachine machine)
    {
        NodeWatch watch = new(machine, () => _woken++, _clock, new Lines(_written));
        watch.Begin();
        return watch;
    }

    private void Pass(NodeWatch watch, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _slowTiersThatCame += watch.Tick() ? 1 : 0;
        }
    }
}
