using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class ProblemTests
{
    private static readonly Problem s_problem = new("there is no node 7; really", "see terrace topology");

    [Fact]
    public void The_two_parts_stay_what_they_are_whatever_stands_in_them()
    {
        Assert.Equal("there is no node 7; really", s_problem.What);
        Assert.Equal("see terrace topology", s_problem.Fix);
    }

    [Fact]
    public void A_line_of_its_own_has_a_dash_and_a_clause_a_semicolon()
    {
        Assert.Equal("there is no node 7; really — see terrace topology", s_problem.ToString());
        Assert.Equal("there is no node 7; really; see terrace topology", s_problem.AsClause);
    }

    [Fact]
    public void Where_it_is_stands_before_what_is_wrong() =>
        Assert.Equal(new Problem("--nodes: there is no node 7; really", "see terrace topology"), s_problem.At("--nodes"));
}
