using System.Text;
using Terrace.Linux.Clearers;

namespace Terrace.Linux.Tests.Clearers;

public sealed class GenerationListTests
{
    // As Linux 6.12 writes it.
    private const string Text = """
        memcg     1 /
         node     0
                  0       8684          0           0 
                  3       8684      16431           0 
         node     1
                  2       8684       9543           0 
        memcg    17 /machine.slice
         node     0
                  4       8684          0           0 
        memcg    23 /machine.slice/machine-qemu\x2d1\x2dweb.scope
         node     0
                  5       8684          0           0 
                  6       8684          0           0 
         node     1
                  8        684          0           0 
                  9        684          0           0 
        memcg    24 /machine.slice/machine-qemu\x2d1\x2dweb.scope2
         node     0
                  1       8684          0           0 

        """;

    [Theory]
    [InlineData("", 1, "0:3 1:2")]
    [InlineData("/system.slice/a.service", 1, "0:3 1:2")]
    [InlineData("/machine.slice", 17, "0:4")]
    [InlineData(@"/machine.slice/machine-qemu\x2d1\x2dweb.scope", 23, "0:6 1:9")]
    [InlineData(@"/machine.slice/machine-qemu\x2d1\x2dweb.scope/libvirt/emulator", 23, "0:6 1:9")]
    [InlineData(@"/machine.slice/machine-qemu\x2d1\x2dweb.scope3", 17, "0:4")]
    public void The_group_that_is_charged_is_the_nearest_at_or_above_the_process(string cgroup, long group, string youngest)
    {
        List<(int Node, long Generation)> found = [];
        Assert.Equal(group, GenerationList.Find(Encoding.UTF8.GetBytes(Text), Encoding.UTF8.GetBytes(cgroup), found));
        Assert.Equal(youngest, string.Join(' ', found.Select(node => $"{node.Node}:{node.Generation}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("memcg 1\n")]
    [InlineData("memcg x /\n node 0\n 1 2 3 4\n")]
    public void What_lists_no_group_is_no_answer(string text)
    {
        List<(int Node, long Generation)> found = [];
        _ = GenerationList.Find(Encoding.UTF8.GetBytes(text), "/a"u8, found);
        Assert.Empty(found);
    }
}
