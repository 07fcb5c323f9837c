using System.Text;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class NumaMapsLineTests
{
    [Theory]
    [InlineData("7f0000000000 default anon=2 dirty=2 N0=2 kernelpagesize_kB=4", "default", "default", "", 8)]
    [InlineData("7f0000000000 bind:1 anon=3 dirty=3 active=0 N0=1 N1=2 kernelpagesize_kB=4", "bind:1", "bind", "1", 12)]
    [
        InlineData(
            "7f0000000000 bind=static|balancing:0-1 heap anon=1 N1=1 kernelpagesize_kB=4", "bind=static|balancing:0-1", "bind", "0-1", 4),
    ]
    [
        InlineData(
            "7f0000000000 weighted interleave:0-1,3 file=/dev/zero\\040N9=9\\040(deleted) huge dirty=1 N3=1 kernelpagesize_kB=2048",
            "weighted interleave:0-1,3",
            "weighted interleave",
            "0-1,3",
            2048),
    ]
    [InlineData("7f0000000000 prefer (many):0 stack anon=1 N0=1 kernelpagesize_kB=4", "prefer (many):0", "prefer (many)", "0", 4)]
    [InlineData("7f0000000000 local", "local", "local", "", 0)]
    [InlineData("7f0000000000 bind:1 N0=3 N1=-5 kernelpagesize_kB=-4", "bind:1", "bind", "1", 12)]
    [
        InlineData(
            "7f0000000000 bind:1 N0=9223372036854775807 N1=9223372036854775807 kernelpagesize_kB=2048", "bind:1", "bind", "1", 1L << 42),
    ]
    public void A_line_tells_the_policy_and_how_much_memory_it_is_of(string line, string policy, string mode, string nodes, long kilobytes)
    {
        Assert.True(NumaMapsLine.TryParse(Encoding.ASCII.GetBytes(line), out NumaMapsLine mapping));
        Assert.Equal(0x7f0000000000UL, mapping.Start);
        Assert.Equal((policy, mode, nodes), (Text(mapping.Policy), Text(mapping.Mode), Text(mapping.Nodes)));
        Assert.Equal(kilobytes << 10, mapping.ResidentBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7f0000000000")]
    [InlineData("stack default")]
    public void What_is_no_such_line_is_not_read(string line) => Assert.False(NumaMapsLine.TryParse(Encoding.ASCII.GetBytes(line), out _));

    private static string Text(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text);
}
