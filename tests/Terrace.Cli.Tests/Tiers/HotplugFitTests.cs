using Terrace.Cli.Tiers;
using Terrace.Host.Failures;
using Terrace.Linux.Dax;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.Tiers;

public sealed class HotplugFitTests : IDisposable
{
    private const string Device = "sys/bus/dax/devices/dax0.0";

    // Not yet memory.
    private readonly CapturedTree _tree = CapturedTree.CopyOf("nvdimm-6.12")
        .With($"{Device}/uevent", "DRIVER=device_dax\n").With("sys/bus/dax/drivers/kmem/bind", "");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_device_with_a_node_of_its_own_fits_when_what_is_stored_may_be_lost()
    {
        Assert.Contains("--yes", Refusal(yes: false)!.Problem.Fix, StringComparison.Ordinal);
        Assert.Null(Refusal(yes: true));
    }

    [Theory]
    [InlineData("0\n", "belongs to node 0, which has CPUs")]
    [InlineData("-1\n", "firmware names no node")]
    public void A_device_that_would_not_be_a_slow_node_is_refused_whatever_is_allowed(string node, string why)
    {
        _tree.With($"{Device}/target_node", node);
        CommandFailure failure = Refusal(yes: true)!;
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Contains(why, failure.Problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_memory_already_is_not_asked_again()
    {
        _tree.With($"{Device}/uevent", "DRIVER=kmem\n").With($"{Device}/target_node", "0\n");
        Assert.Null(Refusal(yes: false));
    }

    [Fact]
    public void Descriptors_of_pages_are_told_and_more_than_a_fifth_of_fast_memory_takes_a_word()
    {
        DaxDevice large = new("dax0.0", 1, DaxDevice.DeviceDax, 64L << 30);
        Assert.Equal(
            "descriptors of the pages of dax0.0 take 1 GiB of 8 GiB of fast memory",
            HotplugFit.RequireRoom([large], 8L << 30, takeFast: false));
        CommandFailure failure = Assert.Throws<CommandFailure>(() => HotplugFit.RequireRoom([large], 4L << 30, takeFast: false));
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains("memmap_on_memory=1", failure.Problem.Fix, StringComparison.Ordinal);
        Assert.Contains("1 GiB of 4 GiB", HotplugFit.RequireRoom([large], 4L << 30, takeFast: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_devices_count_together_and_those_that_are_memory_or_hold_their_own_do_not()
    {
        DaxDevice large = new("dax0.0", 1, DaxDevice.DeviceDax, 32L << 30);
        Assert.Throws<CommandFailure>(() => HotplugFit.RequireRoom([large, large with { Name = "dax0.1" }], 4L << 30, takeFast: false));
        Assert.Null(
            HotplugFit.RequireRoom(
                [large with { Driver = DaxDevice.Kmem }, large with { HoldsDescriptors = true }], 1L << 30, takeFast: false));
    }

    private CommandFailure? Refusal(bool yes)
    {
        DaxReader reader = new(_tree.Root);
        try
        {
            new HotplugFit(reader, _tree.Root).Require(reader.Read("dax0.0")!, yes);
            return null;
        }
        catch (CommandFailure failure)
        {
            return failure;
        }
    }
}
