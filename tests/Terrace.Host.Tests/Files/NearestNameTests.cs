using Terrace.Host.Files;

namespace Terrace.Host.Tests.Files;

public sealed class NearestNameTests
{
    private static readonly string[] s_names = ["scan", "set", "simulate", "status", "targets", "tiers", "topology"];

    [Theory]
    [InlineData("scna", "scan")]
    [InlineData("SCAN", "scan")]
    [InlineData("stat", "status")]
    [InlineData("tier", "tiers")]
    [InlineData("simulte", "simulate")]
    [InlineData("topo", "topology")]
    [InlineData("sets", "set")]
    [InlineData("frobnicate", null)]
    [InlineData("s", null)]
    [InlineData("", null)]
    public void A_mistyped_name_is_found_and_another_word_is_not(string word, string? name) =>
        Assert.Equal(name, NearestName.Of(word, s_names));

    [Fact]
    public void Of_two_that_are_as_near_the_first_in_the_alphabet_is_taken() => Assert.Equal("cat", NearestName.Of("xat", ["hat", "cat"]));
}
