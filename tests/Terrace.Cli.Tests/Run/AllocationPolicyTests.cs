using Terrace.Cli.Run;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Tests.Run;

public sealed class AllocationPolicyTests
{
    private static readonly Dictionary<int, int> s_even = new() { [0] = 1, [1] = 1, [2] = 1, [3] = 1 };

    [Fact]
    public void Half_and_half_over_one_node_each_needs_no_weights()
    {
        MemoryPolicy policy = AllocationPolicy.Of(Allocation.Interleave, FastShare.OfPages(0.5), Machine(1, 1), weights: null)!;
        Assert.Equal(MemoryPolicy.MPOL_INTERLEAVE, policy.Mode);
        Assert.Equal([0, 1], policy.Nodes);
    }

    [Theory]
    [InlineData(1, 2, 0.33, new[] { 0, 1, 2 })]
    [InlineData(1, 2, 0.5, new[] { 0, 1 })]
    [InlineData(2, 2, 0.5, new[] { 0, 1, 2, 3 })]
    [InlineData(2, 2, 0.67, new[] { 0, 1, 2 })]
    [InlineData(3, 1, 0.75, new[] { 0, 1, 2, 3 })]
    public void Ratios_of_whole_nodes_come_from_the_choice_of_nodes(int fast, int slow, double share, int[] nodes)
    {
        MemoryPolicy policy = AllocationPolicy.Of(Allocation.Interleave, FastShare.OfPages(share), Machine(fast, slow), weights: null)!;
        Assert.Equal((MemoryPolicy.MPOL_INTERLEAVE, string.Join(',', nodes)), (policy.Mode, string.Join(',', policy.Nodes)));
    }

    [Fact]
    public void Weights_of_the_system_are_used_where_they_give_the_ratio()
    {
        Dictionary<int, int> weights = new() { [0] = 2, [1] = 3 };
        MemoryPolicy policy = AllocationPolicy.Of(Allocation.Interleave, FastShare.OfPages(0.41), Machine(1, 1), weights)!;
        Assert.Equal(MemoryPolicy.MPOL_WEIGHTED_INTERLEAVE, policy.Mode);
        Assert.Equal([0, 1], policy.Nodes);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_said_with_those_that_would()
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => AllocationPolicy.Of(Allocation.Interleave, FastShare.OfPages(0.4), Machine(1, 1), s_even));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Contains("50%", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "echo 2 > /sys/kernel/mm/mempolicy/weighted_interleave/node0; echo 3 > /sys/kernel/mm/mempolicy/weighted_interleave/node1",
            failure.Problem.Fix,
            StringComparison.Ordinal);
        CommandFailure old = Assert.Throws<CommandFailure>(
            () => AllocationPolicy.Of(Allocation.Interleave, FastShare.OfPages(0.4), Machine(1, 1), weights: null));
        Assert.Contains("6.9", old.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_that_is_no_ratio_is_refused()
    {
        Assert.Equal(ExitCode.Usage, Refused(FastShare.Auto));
        Assert.Equal(ExitCode.Usage, Refused(FastShare.OfBytes(1 << 30)));
        Assert.Equal(ExitCode.Usage, Refused(FastShare.OfPages(1)));

        static int Refused(FastShare share) =>
            Assert.Throws<CommandFailure>(() => AllocationPolicy.Of(Allocation.Interleave, share, Machine(1, 1), s_even)).ExitCode;
    }

    [Fact]
    public void Weights_for_every_percentage_give_it_within_half_a_percent()
    {
        foreach ((int fast, int slow) in ((int, int)[])[(1, 1), (1, 3), (2, 1)])
        {
            for (int percent = 3; percent <= 97; percent++)
            {
                (int weightFast, int weightSlow) = AllocationPolicy.WeightsFor(percent / 100.0, fast, slow);
                Assert.InRange(weightFast, 1, 255);
                Assert.InRange(weightSlow, 1, 255);
                Assert.Equal(percent / 100.0, (double)fast * weightFast / ((fast * weightFast) + (slow * weightSlow)), 0.0051);
            }
        }
    }

    [Fact]
    public void The_other_policies_prefer_the_top_tier_or_nothing()
    {
        MemoryPolicy preferred = AllocationPolicy.Of(Allocation.Preferred, FastShare.Auto, Machine(2, 1), null)!;
        Assert.Equal(MemoryPolicy.MPOL_PREFERRED_MANY, preferred.Mode);
        Assert.Equal([0, 1], preferred.Nodes);
        Assert.Equal(MemoryPolicy.MPOL_DEFAULT, AllocationPolicy.Of(Allocation.Local, FastShare.Auto, Machine(2, 1), null)!.Mode);
        Assert.Null(AllocationPolicy.Of(Allocation.Inherited, FastShare.Auto, Machine(2, 1), null));
    }

    /// <summary>Nodes with CPUs make the fast tier, nodes without the slow one.</summary>
    private static Topology Machine(int fast, int slow) => new(Enumerable.Range(0, fast + slow).Select(node =>
        new MemoryNode(
            node,
            1L << 30,
            node < fast ? [node] : [],
            Enumerable.Range(0, fast + slow).ToDictionary(other => other, other => other == node ? 10 : 20))));
}
