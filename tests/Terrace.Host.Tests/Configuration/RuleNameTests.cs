using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleNameTests
{
    // The end of the text is what ECMA-262 means by a dollar sign; .NET means also a line break before it.
    private static readonly string s_pattern = JsonDocument.Parse(Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.schema.json"))
        .RootElement.GetProperty("properties").GetProperty("rules").GetProperty("items").GetProperty("properties").GetProperty("name")
        .GetProperty("pattern").GetString()!
        .Replace("$", "\\z", StringComparison.Ordinal);

    [Theory]
    [InlineData("databases")]
    [InlineData("web guests")]
    [InlineData("r1")]
    [InlineData("1.5")]
    [InlineData("\u30c7\u30fc\u30bf \u00fc")]
    [InlineData("\U0001F418")]
    public void Names_that_people_can_read_and_type_are_good(string name) => Assert.Null(RuleName.ProblemOf(name));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("   ", "has only spaces")]
    [InlineData("\u00a0", "has only spaces")]
    [InlineData("1234", "is a number")]
    [InlineData("a:b", "contains ':'")]
    [InlineData("../../etc", "contains '/'")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\u001b[31m", "U+001B")]
    [InlineData("a\0", "U+0000")]
    [InlineData("a\u202eb", "U+202E")]
    [InlineData("a\u2066b", "U+2066")]
    [InlineData("a\u200bb", "U+200B")]
    [InlineData("a\ud800", "U+FFFD")]
    [InlineData(" a", "begins or ends with a space")]
    [InlineData("a ", "begins or ends with a space")]
    [InlineData("a\u3000", "begins or ends with a space (U+3000)")]
    [InlineData("\u00a0a", "begins or ends with a space (U+00A0)")]
    public void Others_are_refused_with_what_is_wrong(string name, string said) =>
        Assert.Contains(said, RuleName.ProblemOf(name)!.What, StringComparison.Ordinal);

    [Fact]
    public void A_name_may_have_64_characters()
    {
        Assert.Null(RuleName.ProblemOf(new string('a', 64)));
        Assert.Equal("has 65 characters", RuleName.ProblemOf(new string('a', 65))!.What);
        Assert.DoesNotContain("aaa", RuleName.ProblemOf(new string('a', 5000))!.ToString(), StringComparison.Ordinal);
    }

    [Property(MaxTest = 2000)]
    public Property The_schema_takes_the_same_names() => Prop.ForAll(
        Gen.Elements('a', '1', '2', ' ', '\u00a0', '\u3000', ':', '/', '\n', '\u202e', '\u200b', '\u00fc', '\u2028', '-', '.')
            .ArrayOf().ToArbitrary(),
        letters =>
        {
            string name = new(letters);
            Assert.True((RuleName.ProblemOf(name) is null) == Regex.IsMatch(name, s_pattern), $"'{name}'");
        });
}
