using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("17", 17)]
    [InlineData("64K", 65536)]
    [InlineData("1.5 GiB", 1610612736)]
    [InlineData("2gb", 2147483648)]
    public void Human_sizes_are_read(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("1X")]
    [InlineData("1GG")]
    [InlineData("1..5G")]
    [InlineData("99999E")]
    public void Nonsense_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1468006400, "1.37 GiB")]
    [InlineData(1048575, "1 MiB")]
    [InlineData(-4096, "-4 KiB")]
    public void Sizes_are_written_with_three_digits(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
