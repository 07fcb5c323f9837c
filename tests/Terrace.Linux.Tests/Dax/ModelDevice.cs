using Terrace.Linux.Dax;

namespace Terrace.Linux.Tests.Dax;

/// <summary>
/// A device that does what the kernel does (drivers/dax/bus.c, drivers/dax/kmem.c, drivers/base/memory.c), as far as plans can
/// tell.
/// </summary>
internal sealed class ModelDevice(string? driver, MemoryBlock[] blocks, string? zoneOfNewBlocks)
{
    private const int NewBlocks = 3;

    private string? _driver = driver;
    private MemoryBlock[] _blocks = blocks;

    public DaxDevice State => new("dax0.0", 1, _driver, 3 << 27) { Blocks = _blocks };

    /// <summary>
    /// What a plan must never do: unbind kmem while memory is in use, which leaves that memory behind until the next boot.
    /// </summary>
    public bool IsBroken { get; private set; }

    public void Do(HotplugStep step)
    {
        int at = Array.FindIndex(_blocks, block => block.Number == step.Block);
        switch (step.Action)
        {
            case HotplugAction.AddKmemId when _driver is null:
            case HotplugAction.BindKmem when _driver is null:
                _driver = DaxDevice.Kmem;
                _blocks =
                [
                    .. Enumerable.Range(0, NewBlocks).Select(
                        i => new MemoryBlock(
                            i, zoneOfNewBlocks is null ? MemoryBlockState.Offline : MemoryBlockState.Online, zoneOfNewBlocks)),
                ];
                break;
            case HotplugAction.AddDeviceDaxId when _driver is null:
            case HotplugAction.BindDeviceDax when _driver is null:
                _driver = DaxDevice.DeviceDax;
                break;
            case HotplugAction.Unbind:
                IsBroken |= _driver == DaxDevice.Kmem && _blocks.Any(block => block.State != MemoryBlockState.Offline);
                _driver = null;
                _blocks = [];
                break;
            case HotplugAction.OnlineMovable when _blocks[at].State == MemoryBlockState.Offline:
                _blocks[at] = new MemoryBlock(step.Block, MemoryBlockState.Online, "Movable");
                break;
            case HotplugAction.Offline:
                _blocks[at] = new MemoryBlock(step.Block, MemoryBlockState.Offline, null);
                break;
        }
    }
}
