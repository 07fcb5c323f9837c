using Terrace.Core.Units;

namespace Terrace.Core.Tests.Units;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("17B", 17)]
    [InlineData(".5K", 512)]
    [InlineData("2Gi", 2147483648)]
    [InlineData("2GB", 2147483648)]
    [InlineData("2 GiB", 2147483648)]
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
    [InlineData("17")]
    [InlineData("1.")]
    [InlineData("1.G")]
    [InlineData("1GiBB")]
    [InlineData("1Gbit")]
    [InlineData("-1")]
    [InlineData("1X")]
    [InlineData("1GG")]
    [InlineData("1..5G")]
    [InlineData("99999E")]
    public void Nonsense_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("17", "'17' has no unit", "write 17MiB or 17GiB")]
    [InlineData("lots", "'lots' is not a size", "write for example 1400M")]
    [InlineData("99999999999G", "'99999999999G' is out of range", "write 4KiB to 8TiB")]
    [InlineData("-1G", "'-1G' is out of range", "write 4KiB to 8TiB")]
    [InlineData("0", "'0' is out of range", "write 4KiB to 8TiB")]
    [InlineData("1K", "'1K' is out of range", "write 4KiB to 8TiB")]
    public void What_is_wrong_is_distinguished_from_what_is_out_of_range(string text, string what, string fix)
    {
        Assert.False(ByteSize.TryParse(text, 4096, 8L << 40, out _, out Problem? problem, "1400M"));
        Assert.Equal(new Problem(what, fix), problem);
    }

    [Fact]
    public void Without_an_upper_bound_the_range_ends_where_numbers_do()
    {
        Assert.False(ByteSize.TryParse("99999E", 0, long.MaxValue, out _, out Problem? problem));
        Assert.Equal(new Problem("'99999E' is out of range", "write 0B or more, and less than 8EiB"), problem);
        Assert.False(ByteSize.TryParse("8E", 0, long.MaxValue, out _, out _));
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(64 << 20, "64MiB")]
    [InlineData(1028 << 10, "1028KiB")]
    [InlineData(17, "17B")]
    public void Sizes_are_written_exactly(long bytes, string text)
    {
        Assert.Equal(text, ByteSize.Exactly(bytes));
        Assert.True(ByteSize.TryParse(text, out long back));
        Assert.Equal(bytes, back);
    }

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
