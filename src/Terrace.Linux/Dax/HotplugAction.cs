namespace Terrace.Linux.Dax;

/// <summary>One write to sysfs on a device's way to memory and back.</summary>
public enum HotplugAction
{
    /// <summary>Lets kmem take the device (new_id); the kernel binds it at once if no driver has it.</summary>
    AddKmemId,

    /// <summary>Takes the device from the driver that has it.</summary>
    Unbind,

    /// <summary>Gives it to kmem, which adds its memory to its node.</summary>
    BindKmem,

    /// <summary>Puts a block to use, for movable pages only.</summary>
    OnlineMovable,

    /// <summary>Moves all pages out of a block and takes it offline.</summary>
    Offline,

    /// <summary>Lets kmem no more take the device by itself.</summary>
    RemoveKmemId,

    /// <summary>Lets device_dax take it.</summary>
    AddDeviceDaxId,

    /// <summary>Gives it to device_dax.</summary>
    BindDeviceDax,
}
