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

    private static MemoryNode Node(int id) => new(id, 1 << 30, [], new Dictionary<int, int>());
}
