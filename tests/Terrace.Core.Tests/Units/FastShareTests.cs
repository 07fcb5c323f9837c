using FsCheck;
using FsCheck.Xunit;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class FastShareTests
{
    [Theory]
    [InlineData("40%", 400)]
    [InlineData("100%", 1000)]
    [InlineData("0.5%", 5)]
    [InlineData("1M", 256)]
    [InlineData("1G", 1000)]
    public void Percentages_and_sizes_are_read(string text, long pagesOfThousand)
    {
        Assert.True(FastShare.TryParse(text, out FastShare share, out _));
        Assert.Equal(pagesOfThousand, share.PagesOf(1000));
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-5%")]
    [InlineData("NaN%")]
    [InlineData("%")]
    [InlineData("")]
    [InlineData("lots")]
    [InlineData("12")]
    [InlineData("-1G")]
    [InlineData("99999999999G")]
    public void Nonsense_is_refused_with_an_example_of_what_is_right(string text)
    {
        Assert.False(FastShare.TryParse(text, out _, out Problem? problem));
        Assert.Contains(text, problem.What, StringComparison.Ordinal);
        Assert.Matches("40%|at most 100%", problem.Fix);
    }

    [Property]
    public void Whatever_is_no_share_is_quoted_whole_and_a_fix_is_said(NonNull<string> before, NonNull<string> after)
    {
        string text = $"{before.Get}; {after.Get}";
        Assert.False(FastShare.TryParse(text, out FastShare share, out Problem? problem));
        Assert.True(share.IsAuto);
        Assert.Contains($"'{text.Trim()}'", problem.What, StringComparison.Ordinal);
        Assert.Matches("^(write for example|a fast share is) ", problem.Fix);
    }
}
