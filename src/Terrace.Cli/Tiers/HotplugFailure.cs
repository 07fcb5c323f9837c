using Terrace.Host.Failures;
using Terrace.Linux.Dax;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Tiers;

/// <summary>What is said when a device could not be brought online or offline.</summary>
internal static class HotplugFailure
{
    public static CommandFailure Of(HotplugResult result, bool online)
    {
        string verb = online ? "online" : "offline";
        string again = $"run it again to continue: terrace tiers {verb} {result.Device.Name}";
        string state = State(result.Device);
        return result.Status switch
        {
            HotplugStatus.Gone => new CommandFailure(
                ExitCode.Unavailable, $"{result.Device.Name} disappeared while it was being brought {verb}", "see terrace tiers"),
            HotplugStatus.Unclear => new CommandFailure(
                ExitCode.Unavailable,
                $"{result.Device.Name} is bound to kmem, but "
                    + $"{(result.Device.Blocks is null ? "its memory blocks cannot be seen" : "has no whole memory block")}",
                "is it smaller than /sys/devices/system/memory/block_size_bytes, or sysfs not the machine's own?"),
            HotplugStatus.Stopped => new CommandFailure(
                ExitCode.Interrupted, $"stopped before {result.Device.Name} was {verb}{state}", again),
            _ when result.Failed.IsOfBlock => OfBlock(result, online, state, again),
            _ => new CommandFailure(
                result.Errno is Errno.EPERM or Errno.EACCES ? ExitCode.NotPermitted : ExitCode.Unavailable,
                $"the kernel refused {Step(result.Failed.Action)} for {result.Device.Name} ({Reason(result.Errno)})",
                online
                    ? $"see dmesg; what was done stays, and the same command continues from there"
                    : "see dmesg; memory that could not be removed stays reserved until the next boot"),
        };
    }

    /// <summary>A number of errno(3) in words of memory that comes and goes.</summary>
    public static string Reason(int errno) => errno switch
    {
        Errno.EBUSY => "pages in it cannot be moved",
        Errno.EINTR => "it took too long: pages in it are pinned or under I/O",
        Errno.ENOMEM => "no room for its pages elsewhere",
        _ => ErrorWords.Of(errno),
    };

    private static CommandFailure OfBlock(HotplugResult result, bool online, string state, string again)
    {
        string block = $"memory block {result.Failed.Block} of node {result.Device.TargetNode}";
        return online && result.Failed.Action == HotplugAction.Offline
            ? new CommandFailure(
                ExitCode.Unavailable,
                $"{block} came online for the kernel's own use and cannot be taken back ({Reason(result.Errno)}){state}",
                $"echo offline > /sys/devices/system/memory/auto_online_blocks, boot with memhp_default_state=offline, then {again}")
            : new CommandFailure(
                ExitCode.Unavailable,
                $"{block} did not go {(online ? "online" : "offline")} ({Reason(result.Errno)}){state}",
                online
                    ? again
                    : $"end what uses node {result.Device.TargetNode} (numastat -p), then {again}; or terrace tiers online "
                        + $"{result.Device.Name} takes all of it back");
    }

    private static string State(DaxDevice device) => device.Blocks is { Count: > 0 } blocks
        ? $"; {blocks.Count(block => block.State == MemoryBlockState.Offline)} of {blocks.Count} blocks are offline"
        : "";

    private static string Step(HotplugAction action) => action switch
    {
        HotplugAction.AddKmemId => "kmem/new_id",
        HotplugAction.Unbind => "to unbind its driver",
        HotplugAction.BindKmem => "to bind kmem",
        HotplugAction.AddDeviceDaxId => "device_dax/new_id",
        _ => "to bind device_dax",
    };
}
