using FsCheck.Xunit;
using Terrace.Core.Machine;

namespace Terrace.Core.Tests.Machine;

public sealed class TopologyTests
{
    [Fact]
    public void Kernel_tiers_order_nodes_when_they_tell_them_apart()
    {
        Topology topology = new(
            [
                Node(0, 10, [0, 1]) with { KernelTier = 4 },
                Node(1, 20, []) with { KernelTier = 15 },
                Node(2, 20, []) with { KernelTier = 22 },
            ]);
        Assert.Equal([[0], [1], [2]], topology.Tiers);
        Assert.Equal(1, topology.DemotionTargetOf(0));
        Assert.Equal(2, topology.DemotionTargetOf(1));
        Assert.Null(topology.DemotionTargetOf(2));
        Assert.Equal(0, topology.PromotionTargetOf(2));
    }

    [Fact]
    public void Without_kernel_tiers_and_latencies_nodes_with_processors_are_the_fast_tier()
    {
        Topology topology = new([Node(0, 10, []), Node(1, 20, [0])]);
        Assert.Equal([[1], [0]], topology.Tiers);
    }

    [Fact]
    public void One_node_is_one_tier_and_nothing_to_place()
    {
        Topology topology = new([Node(0, 10, [0])]);
        Assert.False(topology.HasSlowTier);
        Assert.Null(topology.DemotionTargetOf(0));
    }

    [Fact]
    public void A_node_without_memory_is_in_no_tier()
    {
        Topology topology = new([Node(0, 0, [0]), Node(1, 10, [1]), Node(2, 10, [])]);
        Assert.Equal(-1, topology.TierOf(0));
        Assert.Equal([[1], [2]], topology.Tiers);
    }

    [Theory]
    [InlineData(new[] { 80, 85, 250 }, new[] { 0, 0, 1 })]
    [InlineData(new[] { 92, 95, 250, 255 }, new[] { 0, 0, 1, 1 })]
    [InlineData(new[] { 100, 110, 111 }, new[] { 0, 0, 1 })]
    [InlineData(new[] { 250, 80, 275, 276 }, new[] { 1, 0, 1, 2 })]
    public void Latencies_within_a_tenth_of_the_best_of_a_tier_are_of_that_tier(int[] latencies, int[] tiers)
    {
        int fastest = Array.IndexOf(latencies, latencies.Min());
        Topology topology = new(
            latencies.Select((latency, id) => Node(id, 10, id == fastest ? [0] : []) with { ReadLatencyNs = latency }));
        Assert.Equal(tiers, topology.Nodes.Select(node => topology.TierOf(node.Id)));
    }

    [Fact]
    public void Nodes_with_processors_are_one_tier_however_their_latencies_differ()
    {
        Topology topology = new(
        [
            Node(0, 10, [0]) with { ReadLatencyNs = 80 },
            Node(1, 10, [1]) with { ReadLatencyNs = 130 },
            Node(2, 10, []) with { ReadLatencyNs = 250 },
        ]);
        Assert.Equal([[0, 1], [2]], topology.Tiers);
    }

    [Fact]
    public void High_bandwidth_memory_is_above_memory_of_equal_latency_and_cxl_below()
    {
        Topology topology = new(
        [
            Node(0, 10, [0]) with { ReadLatencyNs = 110, ReadBandwidthMBps = 200_000 },
            Node(1, 10, []) with { ReadLatencyNs = 130, ReadBandwidthMBps = 800_000 },
            Node(2, 10, []) with { ReadLatencyNs = 250, ReadBandwidthMBps = 30_000 },
        ]);
        Assert.Equal([[1], [0], [2]], topology.Tiers);
    }

    [Fact]
    public void Of_equally_near_nodes_each_gets_the_pages_of_one_and_gives_them_back()
    {
        // Two sockets with a slow node each, whose firmware says the same of both.
        Topology topology = new(
        [
            Node(0, 10, [0]) with { Distances = new Dictionary<int, int> { [0] = 10, [1] = 21, [2] = 21, [3] = 21 } },
            Node(1, 10, [1]) with { Distances = new Dictionary<int, int> { [0] = 21, [1] = 10, [2] = 21, [3] = 21 } },
            Node(2, 10, []) with { Distances = new Dictionary<int, int> { [0] = 21, [1] = 21, [2] = 10, [3] = 11 } },
            Node(3, 10, []) with { Distances = new Dictionary<int, int> { [0] = 21, [1] = 21, [2] = 11, [3] = 10 } },
        ]);
        Assert.Equal([2, 3], topology.DemotionTargetsOf(0));
        Assert.Equal([3, 2], topology.DemotionTargetsOf(1));
        Assert.Equal([0, 1], topology.PromotionTargetsOf(2));
        Assert.Equal([1, 0], topology.PromotionTargetsOf(3));
    }

    [Fact]
    public void Four_fast_nodes_share_two_slow_ones_evenly()
    {
        Topology topology = new(Enumerable.Range(0, 6).Select(id => Node(id, 10, id < 4 ? [id] : [])));
        Assert.Equal([4, 5, 4, 5], Enumerable.Range(0, 4).Select(id => topology.DemotionTargetOf(id)!.Value));
        Assert.Equal([0, 1], Enumerable.Range(4, 2).Select(id => topology.PromotionTargetOf(id)!.Value));
    }

    [Fact]
    public void Targets_are_the_nearest_of_the_next_tier_first_and_then_those_of_the_tier_below_it()
    {
        Topology topology = new(
        [
            Node(0, 10, [0]) with { KernelTier = 4, Distances = new Dictionary<int, int> { [0] = 10, [1] = 30, [2] = 20, [3] = 15 } },
            Node(1, 10, []) with { KernelTier = 10 },
            Node(2, 10, []) with { KernelTier = 10 },
            Node(3, 10, []) with { KernelTier = 20 },
        ]);
        Assert.Equal([2, 1, 3], topology.DemotionTargetsOf(0));
        Assert.Equal([3], topology.DemotionTargetsOf(1));
        Assert.Equal([0], topology.PromotionTargetsOf(3));
        Assert.Empty(topology.PromotionTargetsOf(0));
    }

    [Fact]
    public void What_an_operator_says_goes_before_what_the_machine_says()
    {
        Assert.True(TierChoice.TryParse("1/0,2", out TierChoice? choice, out _));
        Topology topology = new(
            [
                Node(0, 10, [0]) with { KernelTier = 4 },
                Node(1, 10, []) with { KernelTier = 15 },
                Node(2, 10, []) with { KernelTier = 22 },
                Node(3, 10, []) with { KernelTier = 22 },
            ],
            choice);
        Assert.Equal([[1], [0, 2]], topology.Tiers);
        Assert.Equal(-1, topology.TierOf(3));
    }

    [Property]
    public void Demotion_and_promotion_never_come_back_to_where_they_began(int seed)
    {
        Random random = new(seed);
        int count = random.Next(1, 9);
        Topology topology = new(Enumerable.Range(0, count).Select(id => Node(id, random.Next(3) * 100, random.Next(2) == 0 ? [id] : []) with
        {
            Distances = Enumerable.Range(0, count).ToDictionary(other => other, _ => random.Next(10, 40)),
            KernelTier = random.Next(2) == 0 ? random.Next(5) : null,
            ReadLatencyNs = random.Next(2) == 0 ? random.Next(80, 400) : null,
        }));
        foreach (MemoryNode node in topology.Nodes)
        {
            HashSet<int> seen = [node.Id];
            for (int? next = topology.DemotionTargetOf(node.Id); next is { } at; next = topology.DemotionTargetOf(at))
            {
                Assert.True(seen.Add(at), "a demotion cycle");
                Assert.True(topology.TierOf(at) > topology.TierOf(node.Id));
            }

            Assert.All(topology.DemotionTargetsOf(node.Id), down => Assert.True(topology.TierOf(down) > topology.TierOf(node.Id)));
            Assert.Equal(
                topology.Nodes.Count(other => topology.TierOf(node.Id) >= 0 && topology.TierOf(other.Id) > topology.TierOf(node.Id)),
                topology.DemotionTargetsOf(node.Id).Distinct().Count());
            foreach (int up in topology.PromotionTargetsOf(node.Id))
            {
                Assert.Equal(0, topology.TierOf(up));
                Assert.Null(topology.PromotionTargetOf(up));
            }
        }
    }

    private static MemoryNode Node(int id, long capacity, int[] cpus) => new(id, capacity, cpus, new Dictionary<int, int> { [id] = 10 });
}
