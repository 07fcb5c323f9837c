using Terrace.Core.Machine;
using Terrace.Linux.Clearers;

namespace Terrace.Linux.Tests.Clearers;

public sealed class LentPageTests
{
    [Theory]
    [InlineData(0, new[] { 2, 3, 1 })]
    [InlineData(1, new[] { 3, 2, 0 })]
    [InlineData(2, new[] { 0, 1, 3 })]
    [InlineData(7, new int[0])]
    public void A_page_is_lent_down_then_up_then_to_siblings_and_to_each_node_once(int home, int[] nodes)
    {
        Topology topology = new(
        [
            Node(0, 10, 20, 30, 40), Node(1, 20, 10, 40, 30), Node(2, 30, 40, 10, 20), Node(3, 40, 30, 20, 10),
        ]);
        Assert.Equal(
            nodes, Enumerable.Range(0, 10).Select(index => TlbFlush.LentTo(topology, home, index)).TakeWhile(node => node is not null)
                .Select(node => node!.Value));
    }

    [Fact]
    public void On_one_node_there_is_nowhere_to_lend_a_page_to() =>
        Assert.Null(TlbFlush.LentTo(new Topology([Node(0, 10)]), home: 0, index: 0));

    private static MemoryNode Node(int id, params int[] distances) =>
        new(id, 1 << 30, id < 2 ? [id] : [], distances.Index().ToDictionary(one => one.Index, one => one.Item));
}
