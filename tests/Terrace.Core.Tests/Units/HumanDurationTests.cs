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
    [InlineData("45", 45_000)]
    [InlineData(" 2 m ", 120_000)]
    [InlineData("1H", 3_600_000)]
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
    public void Nonsense_is_refused(string text) => Assert.False(HumanDuration.TryParse(text, out _));

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
