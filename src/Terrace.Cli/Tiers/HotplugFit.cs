using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Dax;

namespace Terrace.Cli.Tiers;

/// <summary>Whether dax devices may become memory.</summary>
/// <param name="reader">Reads them.</param>
/// <param name="root">Where processes are looked for: <c>/</c>, or a tree in tests.</param>
internal sealed class HotplugFit(DaxReader reader, string root = "/")
{
    /// <summary>Of fast memory, which descriptors of pages may take without being asked for.</summary>
    private const int MostOfFast = 5;

    /// <summary>Fails when a device cannot become memory, or should not without being told so.</summary>
    /// <param name="device">The device.</param>
    /// <param name="yes">What is stored on it may be lost.</param>
    /// <exception cref="CommandFailure">It should not.</exception>
    public void Require(DaxDevice device, bool yes)
    {
        if (device.Driver == DaxDevice.Kmem)
        {
            return;
        }

        if (device.TargetNode < 0)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"firmware names no node for {device.Name}, and the kernel does not turn such devices into memory",
                "see the firmware's settings for NUMA");
        }

        if (reader.HasCpus(device.TargetNode))
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{device.Name} belongs to node {device.TargetNode}, which has CPUs: as memory it would mix with fast memory, and nobody "
                    + "could distinguish them any more",
                "have firmware give it a node of its own (a virtual machine: another node for that device)");
        }

        if (!reader.HasKmem)
        {
            throw new CommandFailure(ExitCode.Unavailable, "the kernel's kmem driver is not loaded", "modprobe kmem (CONFIG_DEV_DAX_KMEM)");
        }

        if (DaxUsers.Of(device.Name, root) is [var user, ..])
        {
            throw new CommandFailure(ExitCode.Unavailable, $"process {user} uses /dev/{device.Name} and would be killed", "end it first");
        }

        if (device.IsNvdimm && !yes)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"{device.Name} is a namespace of an NVDIMM: as memory it is overwritten, and what is stored on it is lost",
                "add --yes if nothing there is needed");
        }
    }

    /// <summary>
    /// Fails when the descriptors of the devices' pages would take too much of fast memory; else what they will take, for people, or null
    /// for next to nothing.
    /// </summary>
    /// <param name="devices">The devices; those that are memory already have theirs.</param>
    /// <param name="fastBytes">Fast memory.</param>
    /// <param name="takeFast">They may take more.</param>
    /// <exception cref="CommandFailure">They would.</exception>
    public static string? RequireRoom(IReadOnlyList<DaxDevice> devices, long fastBytes, bool takeFast)
    {
        List<DaxDevice> coming = [.. devices.Where(device => device.Driver != DaxDevice.Kmem)];
        long bytes = coming.Sum(device => device.DescriptorBytes);
        string what = $"descriptors of the pages of {string.Join(", ", coming.Select(device => device.Name))} take "
            + $"{ByteSize.Format(bytes)} of {ByteSize.Format(fastBytes)} of fast memory";
        if (bytes > fastBytes / MostOfFast && !takeFast)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                what,
                "boot with memory_hotplug.memmap_on_memory=1 and write 1 to memmap_on_memory of the device in /sys/bus/dax/devices, to "
                    + "have them on the device itself; or add --take-fast");
        }

        return bytes > 0 ? what : null;
    }
}
