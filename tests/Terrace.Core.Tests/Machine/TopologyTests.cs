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

            if (topology.PromotionTargetOf(node.Id) is { } up)
            {
                Assert.Equal(0, topology.TierOf(up));
                Assert.Null(topology.PromotionTargetOf(up));
            }
        }
    }

    private static MemoryNode Node(int id, long capacity, int[] cpus) => new(id, capacity, cpus, new Dictionary<int, int> { [id] = 10 });
}
