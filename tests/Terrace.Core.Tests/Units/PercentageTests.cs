using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class PercentageTests
{
    [Theory]
    [InlineData("40%", 0.4)]
    [InlineData("40 %", 0.4)]
    [InlineData("12.5%", 0.125)]
    [InlineData("100%", 1)]
    [InlineData("0", 0)]
    public void Percentages_are_read_as_fractions(string text, double fraction)
    {
        Assert.True(Percentage.TryParse(text, out double read));
        Assert.Equal(fraction, read, 12);
    }

    [Theory]
    [InlineData("0.4", "'0.4' has no unit", "write 40% or 0.4%")]
    [InlineData("40", "'40' has no unit", "write 40%")]
    [InlineData("1", "'1' has no unit", "write 1%")]
    [InlineData("half", "'half' is not a percentage", "write for example 3%")]
    [InlineData("40%%", "'40%%' is not a percentage", "write for example 3%")]
    [InlineData("51%", "'51%' is out of range", "write 0% to 50%")]
    [InlineData("-1%", "'-1%' is out of range", "write 0% to 50%")]
    public void What_is_wrong_is_distinguished_from_what_is_out_of_range(string text, string what, string fix)
    {
        Assert.False(Percentage.TryParse(text, new PercentageRange(Max: 0.5), out _, out Problem? problem));
        Assert.Equal(new Problem(what, fix), problem);
    }

    [Theory]
    [InlineData(true, true, "0% to 50%")]
    [InlineData(false, true, "more than 0%, up to 50%")]
    [InlineData(true, false, "0% or more, and less than 50%")]
    [InlineData(false, false, "more than 0%, and less than 50%")]
    public void A_range_holds_what_it_says(bool zero, bool max, string text)
    {
        PercentageRange range = new(0.5, zero, max);
        Assert.Equal(text, range.ToString());
        Assert.Equal((zero, true, max, false), (range.Holds(0), range.Holds(0.25), range.Holds(0.5), range.Holds(0.51)));
    }
}
