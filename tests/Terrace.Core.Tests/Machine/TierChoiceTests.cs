using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Machine;

public sealed class TierChoiceTests
{
    private static readonly MemoryNode[] s_nodes = [Node(0), Node(1), Node(2), Node(3) with { CapacityBytes = 0 }];

    [Theory]
    [InlineData("0/1-2", "0/1-2")]
    [InlineData("2,0/1", "0,2/1")]
    [InlineData("0-1 / 2 ", "0-1/2")]
    [InlineData("1/0/2", "1/0/2")]
    public void A_choice_is_written_as_it_is_understood(string text, string written)
    {
        Assert.True(TierChoice.TryParse(text, out TierChoice? choice, out _));
        Assert.Equal(written, choice.ToString());
        Assert.Null(choice.ProblemOn(s_nodes));
    }

    [Theory]
    [InlineData("", "not a choice")]
    [InlineData("/", "not a choice")]
    [InlineData("0/", "not a choice")]
    [InlineData("0//1", "not a choice")]
    [InlineData("fast/slow", "not a choice")]
    [InlineData("1-0/2", "not a choice")]
    [InlineData("0/1-99999999", "not a choice")]
    [InlineData("0/-1", "not a choice")]
    [InlineData("0-2", "no slow tier")]
    [InlineData("0,1/1", "node 1 is named twice")]
    [InlineData("0-2/1", "node 1 is named twice")]
    [InlineData("0/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "too many")]
    public void What_is_no_choice_is_refused_with_the_reason(string text, string problem)
    {
        Assert.False(TierChoice.TryParse(text, out _, out Problem? found));
        Assert.Contains(problem, found.AsClause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0-2/7", "there is no node 7; nodes with memory here: 0-2")]
    [InlineData("0-1/2-3", "node 3 has no memory; leave it out")]
    [InlineData("0/1", "node 2 is in no tier; name every node that has memory")]
    public void A_choice_that_does_not_fit_the_machine_is_refused_with_the_fix(string text, string problem)
    {
        Assert.True(TierChoice.TryParse(text, out TierChoice? choice, out _));
        Assert.Equal(problem, choice.ProblemOn(s_nodes)?.AsClause);
    }

    [Theory]
    [InlineData("0-1/2,5", null)]
    [InlineData("0-2/3", null)]
    [InlineData("0/1", null)]
    [InlineData("5/0-2", null)]
    [InlineData("0-2/7", "there is no node 7, and none can come; nodes with memory here: 0-2")]
    public void A_choice_that_the_machine_will_fit_when_a_node_comes_or_goes_is_no_error(string text, string? problem)
    {
        Assert.Equal(problem, Choice(text).ProblemEverOn(s_nodes, [0, 1, 2, 3, 4, 5])?.AsClause);
    }

    [Fact]
    public void Nodes_that_are_not_there_or_have_no_memory_are_absent_and_those_with_memory_that_it_does_not_name_unnamed()
    {
        TierChoice choice = Choice("5,0/3/2");
        Assert.Equal([3, 5], choice.AbsentFrom(s_nodes));
        Assert.Equal([1], choice.UnnamedOf(s_nodes));
        Assert.Equal("node 1", TierChoice.Named(choice.UnnamedOf(s_nodes)));
        Assert.Equal("nodes 3,5", TierChoice.Named(choice.AbsentFrom(s_nodes)));
    }

    [Theory]
    [InlineData("0/1/2", "0/1/2")]
    [InlineData("0/5/1-2", "0/1,2")]
    [InlineData("0,5/1-2", "0/1,2")]

    // A share of a tier that is not there says nothing of the next one.
    [InlineData("5/0-1/2", "0,1,2")]
    [InlineData("0-2/5", "0,1,2")]
    [InlineData("4/5", "0,1,2")]
    public void Nodes_that_are_absent_are_left_out_and_without_the_first_tier_nothing_is_to_be_placed(string text, string tiers)
    {
        Topology topology = new(s_nodes, Choice(text));
        Assert.Equal(tiers, string.Join('/', topology.Tiers.Select(tier => string.Join(',', tier))));
        Assert.Equal(tiers.Contains('/', StringComparison.Ordinal), topology.HasSlowTier);
    }

    private static TierChoice Choice(string text)
    {
        Assert.True(TierChoice.TryParse(text, out TierChoice? choice, out _));
        return choice;
    }

    private static MemoryNode Node(int id) => new(id, 1 << 30, [], new Dictionary<int, int>());
}
