using Terrace.Core.Tiering;
using Terrace.Reports.Events;

namespace Terrace.Reports.Tests.Events;

public sealed class MissedNamesTests
{
    [Theory]
    [InlineData(MissedReasons.None, new int[0], "")]
    [InlineData(MissedReasons.FullNodes, new[] { 2 }, "no room on node 2")]
    [InlineData(MissedReasons.FullNodes | MissedReasons.RateLimit, new[] { 2, 3 }, "no room on nodes 2, 3; the rate limit")]
    [InlineData(MissedReasons.Isolated | MissedReasons.PageCache, new int[0], "nodes that it may not use; page cache in use")]
    [InlineData(MissedReasons.HugetlbPool | MissedReasons.CpuLimit, new int[0], "pools of huge pages; the CPU limit")]
    [InlineData(MissedReasons.MoreRounds, new int[0], "more rounds are needed")]
    [InlineData(MissedReasons.HugePages, new int[0], "huge pages, which move as a whole")]
    [InlineData(MissedReasons.Pinned | MissedReasons.BackOff, new int[0], "pages that cannot be moved; moves are held back")]
    public void What_stands_in_the_way_is_said_with_the_nodes_that_are_full(MissedReasons reasons, int[] full, string words) =>
        Assert.Equal(words, MissedNames.Describe(MissedNames.NamesOf(reasons), full));

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        MissedReasons[] all = [.. Enum.GetValues<MissedReasons>().Where(reason => reason != MissedReasons.None)];
        Assert.Equal(all.Length, all.SelectMany(MissedNames.NamesOf).Distinct().Count());
    }

    [Fact]
    public void A_name_of_a_later_daemon_stands_for_itself() => Assert.Equal("solarFlare", MissedNames.Describe(["solarFlare"], []));
}
