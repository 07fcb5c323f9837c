using FsCheck.Xunit;
using Terrace.Core.Machine;

namespace Terrace.Core.Tests.Machine;

public sealed class PlaceMapTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 4)]
    [InlineData(16, 4)]
    public void Each_of_up_to_16_nodes_is_a_place_of_its_own(int nodes, int bits)
    {
        Topology topology = Topology(nodes, fast: (nodes + 1) / 2);
        PlaceMap places = new(topology);
        Assert.Equal((nodes, bits), (places.Count, places.Bits));
        for (int node = 0; node < nodes; node++)
        {
            Assert.Equal([node], places.NodesOf(places.PlaceOf(node)));
            Assert.Equal(topology.TierOf(node), places.TierOf(places.PlaceOf(node)));
        }
    }

    [Fact]
    public void With_more_nodes_those_that_are_near_the_same_nodes_share_a_place()
    {
        // Sixteen fast nodes and sixteen slow ones, each pair close to each other.
        Topology topology = new(Enumerable.Range(0, 32).Select(id =>
            new MemoryNode(id, 1 << 30, id < 16 ? [id] : [], Enumerable.Range(0, 32).ToDictionary(
                other => other, other => other == id ? 10 : other % 4 == id % 4 ? 12 : 30))));
        PlaceMap places = new(topology);
        Assert.Equal(16, places.Count);
        for (int place = 0; place < places.Count; place++)
        {
            IReadOnlyList<int> nodes = places.NodesOf(place);
            Assert.Equal(2, nodes.Count);
            Assert.Equal(nodes[0] % 4, nodes[1] % 4);
        }
    }

    [Property]
    public void Every_node_is_in_one_place_and_places_know_their_tiers(int seed)
    {
        Random random = new(seed);
        int count = random.Next(1, 70);
        Topology topology = new(Enumerable.Range(0, count).Select(id =>
            new MemoryNode(id, random.Next(8) == 0 ? 0 : 1 << 30, [], Enumerable.Range(0, count).ToDictionary(
                other => other, _ => random.Next(10, 40)))
            {
                KernelTier = random.Next(1, 1 + (seed & 15)),
            }));
        PlaceMap places = new(topology);
        Assert.InRange(places.Count, 0, PlaceMap.MaxPlaces);
        Assert.Equal(
            topology.Tiers.SelectMany(tier => tier).Order(), Enumerable.Range(0, places.Count).SelectMany(places.NodesOf).Order());
        foreach (MemoryNode node in topology.Nodes)
        {
            int place = places.PlaceOf(node.Id);
            int tier = topology.TierOf(node.Id);
            Assert.Equal(tier >= 0, place >= 0);
            if (place >= 0)
            {
                Assert.Contains(node.Id, places.NodesOf(place));
                Assert.Equal(tier, places.TierOf(place));
                Assert.True((places.InTier(tier) & (1 << place)) != 0);
                Assert.True((places.BelowTier(tier) & (1 << place)) == 0);
            }
        }

        int all = 0;
        for (int tier = 0; tier < topology.Tiers.Count; tier++)
        {
            Assert.Equal(0, all & places.InTier(tier));
            all |= places.InTier(tier);
        }

        Assert.Equal(places.All, all);
    }

    private static Topology Topology(int nodes, int fast) => new(
        Enumerable.Range(0, nodes).Select(id => new MemoryNode(id, 1 << 30, id < fast ? [id] : [], new Dictionary<int, int>())));
}
