namespace Terrace.Linux.Dax;

/// <summary>One step on the way: a write to one file of sysfs.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Block">The memory block it is done to; -1 for steps that concern the device.</param>
public readonly record struct HotplugStep(HotplugAction Action, long Block = -1)
{
    /// <summary>It concerns one memory block.</summary>
    public bool IsOfBlock => Block >= 0;

    /// <summary>The file from the root, and what is written.</summary>
    internal (string File, string Text) WriteFor(DaxDevice device) => Action switch
    {
        HotplugAction.AddKmemId => ("sys/bus/dax/drivers/kmem/new_id", device.Name),
        HotplugAction.Unbind => ($"sys/bus/dax/drivers/{device.Driver}/unbind", device.Name),
        HotplugAction.BindKmem => ("sys/bus/dax/drivers/kmem/bind", device.Name),
        HotplugAction.OnlineMovable => ($"sys/devices/system/memory/memory{Block}/state", "online_movable"),
        HotplugAction.Offline => ($"sys/devices/system/memory/memory{Block}/state", "offline"),
        HotplugAction.RemoveKmemId => ("sys/bus/dax/drivers/kmem/remove_id", device.Name),
        HotplugAction.AddDeviceDaxId => ("sys/bus/dax/drivers/device_dax/new_id", device.Name),
        HotplugAction.BindDeviceDax => ("sys/bus/dax/drivers/device_dax/bind", device.Name),
        _ => throw new InvalidOperationException($"{Action} is not an action"),
    };
}
