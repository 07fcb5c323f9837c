using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("1.5s", 1500)]
    [InlineData("45s", 45_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1h 30m", 5_400_000)]
    [InlineData("1m30s250ms", 90_250)]
    [InlineData("2min", 120_000)]
    [InlineData("5d", 432_000_000)]
    [InlineData(".5s", 500)]
    [InlineData(" 2 m ", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250us", 0.25)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_people_write_them(string text, double milliseconds)
    {
        Assert.True(HumanDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 fortnight")]
    [InlineData("1.2.3s")]
    [InlineData("1e9s")]
    [InlineData("99999999999999d")]
    [InlineData("NaN")]
    [InlineData("45")]
    [InlineData("1H")]
    [InlineData("5sec")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1h30")]
    [InlineData("0 1s")]
    public void Nonsense_is_refused(string text) => Assert.False(HumanDuration.TryParse(text, out _));

    [Theory]
    [InlineData("100", "'100' has no unit", "write 100ms or 100s")]
    [InlineData("5sec", "'5sec' has the unit 'sec', which is not one", "write 5s")]
    [InlineData("5S", "'5S' has the unit 'S', which is not one", "write 5s")]
    [InlineData("2 hours", "'2 hours' has the unit 'hours', which is not one", "write 2h")]
    [InlineData("soon", "'soon' is not a duration", "write for example 45s")]
    [InlineData("1x", "'1x' is not a duration", "write for example 45s (units are us, ms, s, m, h and d)")]
    [InlineData("99999999d", "'99999999d' is out of range", "write 1ms to 1000d")]
    [InlineData("-5s", "'-5s' is out of range", "write 1ms to 1000d")]
    [InlineData("0", "'0' is out of range", "write 1ms to 1000d")]
    [InlineData("1us", "'1us' is out of range", "write 1ms to 1000d")]
    public void What_is_wrong_is_distinguished_from_what_is_out_of_range(string text, string what, string fix)
    {
        Assert.False(HumanDuration.TryParse(text, TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue, out _, out Problem? problem, "45s"));
        Assert.Equal(new Problem(what, fix), problem);
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.25, "250 µs")]
    [InlineData(1.25, "1.25 ms")]
    [InlineData(45_000, "45 s")]
    [InlineData(720_000, "12 min")]
    [InlineData(12_600_000, "3.5 h")]
    public void Durations_are_written_with_three_digits(double milliseconds, string text) =>
        Assert.Equal(text, HumanDuration.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Property]
    public Property What_is_written_reads_back_within_its_precision() =>
        Prop.ForAll(Gen.Choose(1, int.MaxValue).ToArbitrary(), microseconds =>
        {
            TimeSpan duration = TimeSpan.FromMicroseconds(microseconds);
            Assert.True(HumanDuration.TryParse(HumanDuration.Format(duration), out TimeSpan back));
            Assert.InRange(back.TotalSeconds, duration.TotalSeconds * 0.99, duration.TotalSeconds * 1.01);
        });
}
