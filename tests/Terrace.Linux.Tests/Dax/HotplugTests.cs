using Terrace.Linux.Dax;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Dax;

/// <summary>
/// On captured files, which keep what is written to them but do nothing: what a device is said to be must be read, not hoped.
/// </summary>
public sealed class HotplugTests
{
    [Fact]
    public void A_device_whose_blocks_cannot_be_seen_is_neither_called_online_nor_offline()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12").Without("sys/bus/dax/devices/dax0.0/mapping0/start");
        Hotplug hotplug = new(tree.Root);
        Assert.Equal(HotplugStatus.Unclear, hotplug.Online("dax0.0", null, CancellationToken.None).Status);
        Assert.Equal(HotplugStatus.Unclear, hotplug.Offline("dax0.0", null, CancellationToken.None).Status);
    }

    [Fact]
    public void Told_to_stop_it_writes_nothing_more()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12");
        HotplugResult result = new Hotplug(tree.Root).Offline("dax0.0", null, new CancellationToken(canceled: true));
        Assert.Equal((HotplugStatus.Stopped, 0), (result.Status, result.Steps));
        Assert.Equal("online\n", tree.Text("sys/devices/system/memory/memory33/state"));
    }

    [Fact]
    public void What_is_already_so_is_done_without_a_step_and_what_is_not_there_is_gone()
    {
        Hotplug hotplug = new(CapturedTree.Of("nvdimm-6.12"));
        HotplugResult result = hotplug.Online("dax0.0", null, CancellationToken.None);
        Assert.Equal((HotplugStatus.Done, 0), (result.Status, result.Steps));
        Assert.Equal(HotplugStatus.Gone, hotplug.Offline("dax7.0", null, CancellationToken.None).Status);
    }

    [Fact]
    public void A_driver_that_cannot_be_bound_is_said_with_the_step_and_the_error()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With("sys/bus/dax/devices/dax0.0/uevent", "MAJOR=253\nDRIVER=device_dax\n");
        HotplugResult result = new Hotplug(tree.Root).Online("dax0.0", null, CancellationToken.None);
        Assert.Equal((HotplugStatus.Failed, HotplugAction.AddKmemId, 2), (result.Status, result.Failed.Action, result.Errno));
    }
}
