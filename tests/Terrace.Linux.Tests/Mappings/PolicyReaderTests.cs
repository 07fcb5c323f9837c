using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

public sealed class PolicyReaderTests
{
    [Theory]
    [InlineData("default", false)]
    [InlineData("local", false)]
    [InlineData("bind:1", true)]
    [InlineData("bind:0", true)]
    [InlineData("prefer:1", true)]
    [InlineData("interleave:0-1", true)]
    [InlineData("weighted interleave:0-1", true)]
    [InlineData("prefer (many):1", true)]

    // All of the machine's nodes: that chooses none.
    [InlineData("bind:0-1", false)]
    [InlineData("prefer (many):0-1", false)]
    [InlineData("bind=balancing:0-1", false)]
    public void Who_names_some_nodes_or_a_ratio_has_chosen(string policy, bool chosen) => Assert.Equal(chosen, Read(policy, null));

    [Fact]
    public void What_terrace_itself_gave_is_no_choice_of_the_processes()
    {
        MemoryPolicy interleave = new(MemoryPolicy.MPOL_INTERLEAVE, [0, 1]);
        Assert.False(Read("interleave:0-1", interleave));
        Assert.True(Read("weighted interleave:0-1", interleave));
        Assert.True(Read("bind:1", interleave));
        Assert.False(Read("prefer (many):0", new MemoryPolicy(MemoryPolicy.MPOL_PREFERRED_MANY, [0])));
    }

    [Fact]
    public void The_memory_that_is_left_alone_is_summed_up_again_with_each_reading()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With(
            "numa_maps",
            "1000 bind:1 anon=3 N1=3 kernelpagesize_kB=4\n2000 default anon=9 N0=9 kernelpagesize_kB=4\n3000 bind:1 huge N1=1 "
                + "kernelpagesize_kB=2048\n");
        using LinuxMachine machine = new(tree.Root);
        PolicyReader reader = PolicyReader.TryOpen(Path.Combine(tree.Root, "numa_maps"), ProcessCalls.Direct)!;
        List<(ulong Start, bool Chosen)> starts = [];
        for (int i = 0; i < 2; i++)
        {
            Assert.True(reader.Read(starts, machine.Topology, null));
            Assert.Equal([(0x1000, true), (0x2000, false), (0x3000, true)], starts);
            Assert.Equal((12 + 2048) << 10, reader.ChosenBytes);
        }
    }

    private static bool Read(string policy, MemoryPolicy? given)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .With("numa_maps", $"7f0000000000 {policy} anon=1 N0=1 kernelpagesize_kB=4\n");
        using LinuxMachine machine = new(tree.Root);
        PolicyReader reader = PolicyReader.TryOpen(Path.Combine(tree.Root, "numa_maps"), ProcessCalls.Direct)!;
        List<(ulong Start, bool Chosen)> starts = [];
        Assert.True(reader.Read(starts, machine.Topology, given));
        return Assert.Single(starts).Chosen;
    }
}
