using System.Text;
using Terrace.Linux.Reclaim;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Reclaim;

public sealed class ReclaimListsTests
{
    [Theory]
    [InlineData("0x0007\n", true)]
    [InlineData("0x0001", true)]
    [InlineData("0x0006\n", false)]
    [InlineData("0x0000\n", false)]
    [InlineData("7\n", false)]
    [InlineData("0x\n", false)]
    [InlineData("", false)]
    public void The_lowest_bit_of_the_mask_switches_generations(string text, bool on) =>
        Assert.Equal(on, ReclaimLists.IsOn(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Switching_is_seen_and_reading_makes_no_garbage()
    {
        const string Enabled = "sys/kernel/mm/lru_gen/enabled";
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With(Enabled, "0x0007\n");
        using ReclaimLists lists = new(tree.Root);
        Assert.True(lists.AreGenerations);
        tree.With(Enabled, "0x0000\n");
        bool on = true;
        Assert.Equal(0, Garbage.Of(() => on = lists.AreGenerations));
        Assert.False(on);
    }

    [Fact]
    public void A_kernel_without_generations_has_none()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").Without("sys/kernel/mm/lru_gen/enabled");
        using ReclaimLists lists = new(tree.Root);
        Assert.False(lists.AreGenerations);
    }
}
