namespace Terrace.Linux.Dax;

/// <summary>
/// What is to be done next, told from the state a device is in and nothing else: whatever was done before, by whom, and where it was
/// broken off, the same command finishes it. A plan goes as far as the state shows; the next reading shows what follows.
/// </summary>
public static class HotplugPlan
{
    /// <summary>Steps towards ordinary movable memory; none when it is that already.</summary>
    public static IReadOnlyList<HotplugStep> ToOnline(DaxDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Driver != DaxDevice.Kmem)
        {
            // The id goes first: broken off after it, the device is still where it was.
            return device.Driver is null
                ? [new HotplugStep(HotplugAction.AddKmemId), new HotplugStep(HotplugAction.BindKmem)]
                :
                [
                    new HotplugStep(HotplugAction.AddKmemId),
                    new HotplugStep(HotplugAction.Unbind),
                    new HotplugStep(HotplugAction.BindKmem),
                ];
        }

        List<HotplugStep> steps = [];
        foreach (MemoryBlock block in device.Blocks ?? [])
        {
            if (!block.IsMovable)
            {
                // One that the kernel's policy (auto_online_blocks) or a udev rule put into a zone for the kernel's own use goes out first.
                steps.Add(
                    new HotplugStep(
                        block.State == MemoryBlockState.Offline ? HotplugAction.OnlineMovable : HotplugAction.Offline, block.Number));
            }
        }

        return steps;
    }

    /// <summary>Steps towards a character device; none when it is that already.</summary>
    public static IReadOnlyList<HotplugStep> ToOffline(DaxDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Driver is null)
        {
            return
            [
                new HotplugStep(HotplugAction.RemoveKmemId),
                new HotplugStep(HotplugAction.AddDeviceDaxId),
                new HotplugStep(HotplugAction.BindDeviceDax),
            ];
        }

        if (device.Driver != DaxDevice.Kmem)
        {
            return [];
        }

        List<HotplugStep> steps = [];
        foreach (MemoryBlock block in device.Blocks ?? [])
        {
            if (block.State != MemoryBlockState.Offline)
            {
                steps.Add(new HotplugStep(HotplugAction.Offline, block.Number));
            }
        }

        // kmem has one chance to remove memory: unbound while a block is online, it would leave it behind until the next boot
        // (drivers/dax/kmem.c, dev_dax_kmem_remove). So only when all blocks were read to be offline.
        return steps.Count > 0 || device.Blocks is null ? steps : [new HotplugStep(HotplugAction.Unbind)];
    }
}
