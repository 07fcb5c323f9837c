using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Tests.Files;

public sealed class IdListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0\n", "0")]
    [InlineData("0-2,5,7-8\n", "0 1 2 5 7 8")]
    public void A_list_as_the_kernel_prints_it_is_read(string text, string ids)
    {
        Assert.True(IdList.TryParse(Encoding.ASCII.GetBytes(text), out List<int> found));
        Assert.Equal(ids, string.Join(' ', found));
    }

    [Theory]
    [InlineData("2-1")]
    [InlineData("-1")]
    [InlineData("0-65537")]
    [InlineData("0,0")]
    [InlineData("1,0")]
    [InlineData("0-65536,0-65536,0-65536")]
    public void What_no_set_of_bits_prints_is_no_list(string text) => Assert.False(IdList.TryParse(Encoding.ASCII.GetBytes(text), out _));
}
