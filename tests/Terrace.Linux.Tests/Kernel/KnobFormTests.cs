using System.Globalization;
using Terrace.Linux.Kernel;

namespace Terrace.Linux.Tests.Kernel;

public sealed class KnobFormTests
{
    [Theory]
    [InlineData("on", "on")]
    [InlineData("1", "on")]
    [InlineData("TRUE", "on")]
    [InlineData("off", "off")]
    [InlineData("0", "off")]
    [InlineData(" no ", "off")]
    [InlineData("2", null)]
    [InlineData("maybe", null)]
    [InlineData("", null)]
    public void A_switch_is_on_or_off_however_it_is_written(string text, string? value)
    {
        Assert.Equal(value, KnobForm.Switch.Accept(text));
        Assert.Equal(value, KnobForm.Switch.Read(text + "\n"));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("003", "3")]
    [InlineData("4", null)]
    [InlineData("-1", null)]
    [InlineData("2.5", null)]
    [InlineData("two", null)]
    [InlineData("99999999999999999999", null)]
    public void A_number_is_taken_within_its_range_only(string text, string? value) =>
        Assert.Equal(value, KnobForm.Number(0, 3).Accept(text));

    [Fact]
    public void A_number_that_the_kernel_holds_outside_of_the_range_can_still_be_put_back()
    {
        KnobForm form = KnobForm.Number(0, 3);
        Assert.Equal("4", form.Read("4\n"));
        Assert.True(form.IsValue("4"));
        Assert.False(form.IsValue("4; reboot"));
    }

    [Theory]
    [InlineData("on", "0x0007")]
    [InlineData("off", "0x0000")]
    [InlineData("0x0005", "0x0005")]
    [InlineData("3", "0x0003")]
    [InlineData("1", "0x0001")]
    [InlineData("0", "0x0000")]
    [InlineData("8", null)]
    [InlineData("0x10", null)]
    [InlineData("0x", null)]
    public void The_parts_of_the_generational_LRU_are_a_mask_with_names_for_all_and_none(string text, string? value) =>
        Assert.Equal(value, KnobForm.LruGenMask.Accept(text));

    [Theory]
    [InlineData("[always] madvise never\n", "always")]
    [InlineData("always [madvise] never\n", "madvise")]
    [InlineData("always madvise never\n", null)]
    [InlineData("always [other] never\n", null)]
    [InlineData("]always[\n", null)]
    public void A_choice_is_the_word_in_brackets(string text, string? value) =>
        Assert.Equal(value, KnobForm.Choice("always", "madvise", "never").Read(text));

    [Fact]
    public void What_a_form_accepts_comes_back_the_same_from_what_it_writes()
    {
        (KnobForm Form, string[] Texts)[] cases =
        [
            (KnobForm.Switch, ["on", "off"]),
            (KnobForm.LruGenMask, [.. Enumerable.Range(0, 8).Select(mask => mask.ToString(CultureInfo.InvariantCulture))]),
            (KnobForm.Number(1, 255), [.. Enumerable.Range(1, 255).Select(number => number.ToString(CultureInfo.InvariantCulture))]),
        ];
        Assert.All(cases.SelectMany(one => one.Texts.Select(text => (one.Form, Value: one.Form.Accept(text)!))), one =>
        {
            Assert.True(one.Form.IsValue(one.Value));
            Assert.Equal(one.Value, one.Form.Read(one.Form.ToKernel(one.Value)));
        });
    }
}
