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
    [InlineData("40 %", 400)]
    [InlineData("1 Mi", 256)]
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
        Assert.Matches("[0-9]%", problem.Fix);
    }

    [Theory]
    [InlineData("40", "'40' has no unit", "write 40%, or 40MiB")]
    [InlineData("0.4", "'0.4' has no unit", "write 40% or 0.4%, or 0.4MiB")]
    [InlineData("0", "'0' is out of range", "write more than 0%, up to 100%, or a size of 4KiB (one page) or more, and less than 8EiB")]
    [InlineData("101%", "'101%' is out of range", "write more than 0%, up to 100%")]
    public void A_number_alone_could_be_either_and_is_refused(string text, string what, string fix)
    {
        Assert.False(FastShare.TryParse(text, out _, out Problem? problem));
        Assert.Equal(new Problem(what, fix), problem);
    }

    [Property]
    public void Whatever_is_no_share_is_quoted_whole_and_a_fix_is_said(NonNull<string> before, NonNull<string> after)
    {
        string text = $"{before.Get}; {after.Get}";
        Assert.False(FastShare.TryParse(text, out FastShare share, out Problem? problem));
        Assert.True(share.IsAuto);
        Assert.Contains($"'{text}'", problem.What, StringComparison.Ordinal);
        Assert.Matches("^write ", problem.Fix);
    }
}
