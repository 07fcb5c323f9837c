namespace Terrace.Architecture.Tests;

public sealed class RatchetTests
{
    [Fact]
    public void A_count_may_fall_and_not_rise()
    {
        Ratchet ratchet = Ratchet.Parse("a.txt", "# comment\nfirst: 2\nsecond: 0\n");
        Assert.Empty(ratchet.Risen(new Dictionary<string, int> { ["first"] = 2, ["second"] = 0, ["third"] = 0 }));
        Assert.Equal(["first", "third"], ratchet.Risen(new Dictionary<string, int> { ["first"] = 3, ["second"] = 0, ["third"] = 1 }));
    }

    [Theory]
    [InlineData("first")]
    [InlineData("first: -1")]
    [InlineData("first: 1\nfirst: 2")]
    public void A_line_that_makes_no_sense_is_refused(string text) => Assert.Throws<FormatException>(() => Ratchet.Parse("a.txt", text));
}
