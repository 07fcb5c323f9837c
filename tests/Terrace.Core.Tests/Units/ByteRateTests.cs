using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class ByteRateTests
{
    [Theory]
    [InlineData("256MiB/s", 256L << 20)]
    [InlineData("256M/s", 256L << 20)]
    [InlineData("256 MiB / s", 256L << 20)]
    [InlineData("256M", 256L << 20)]
    public void Rates_are_sizes_per_second(string text, long bytes)
    {
        Assert.True(ByteRate.TryParse(text, 4096, long.MaxValue, out long read, out _));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("100", "'100' has no unit", "write 100MiB/s")]
    [InlineData("100/s", "'100/s' has no unit", "write 100MiB/s")]
    [InlineData("fast", "'fast' is not a rate", "write for example 100MiB/s")]
    [InlineData("1M/m", "'1M/m' is not a rate", "write for example 100MiB/s")]
    [InlineData("s", "'s' is not a rate", "write for example 100MiB/s")]
    [InlineData("/s", "'/s' is not a rate", "write for example 100MiB/s")]
    [InlineData("1K/s", "'1K/s' is out of range", "write 4KiB/s or more, and less than 8EiB/s")]
    [InlineData("0", "'0' is out of range", "write 4KiB/s or more, and less than 8EiB/s")]
    [InlineData("-1M/s", "'-1M/s' is out of range", "write 4KiB/s or more, and less than 8EiB/s")]
    public void What_is_wrong_is_distinguished_from_what_is_out_of_range(string text, string what, string fix)
    {
        Assert.False(ByteRate.TryParse(text, 4096, long.MaxValue, out _, out Problem? problem));
        Assert.Equal(new Problem(what, fix), problem);
    }
}
