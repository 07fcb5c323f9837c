using Terrace.Linux.Nodes;

namespace Terrace.Linux.Tests.Nodes;

public sealed class InterleaveWeightsTests
{
    [Fact]
    public void Each_node_has_the_systems_weight() =>
        Assert.Equal(new Dictionary<int, int> { [0] = 1, [1] = 1 }, InterleaveWeights.Read(CapturedTree.Of("nvdimm-6.12")));

    [Fact]
    public void A_kernel_without_weighted_interleaving_has_none() => Assert.Null(InterleaveWeights.Read(CapturedTree.Of("two-tier-6.1")));

    [Fact]
    public void What_is_no_weight_is_passed_over()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With($"{InterleaveWeights.Folder}/node0", "0\n")
                .With($"{InterleaveWeights.Folder}/node1", "7\n")
                .With($"{InterleaveWeights.Folder}/node2", "256\n")
            .With($"{InterleaveWeights.Folder}/__auto_type", "1\n");
        Assert.Equal(new Dictionary<int, int> { [1] = 7 }, InterleaveWeights.Read(tree.Root));
    }
}
