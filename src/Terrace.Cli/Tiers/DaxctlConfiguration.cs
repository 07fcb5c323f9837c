using System.Text;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Dax;
using Terrace.Linux.Files;

namespace Terrace.Cli.Tiers;

/// <summary>
/// Makes a device memory again at every boot, by daxctl's own configuration (daxctl-reconfigure-device(1), "Persistent
/// reconfiguration"): its
/// udev rule reads /etc/daxctl.conf.d when a device appears. It knows devices by the UUID of their NVDIMM namespace.
/// </summary>
internal sealed class DaxctlConfiguration(string root = "/")
{
    private string Folder => Path.Combine(root, "etc/daxctl.conf.d");

    /// <summary>Refuses what could not be persisted later, before anything is changed.</summary>
    /// <exception cref="CommandFailure">The device has no UUID, or there is no daxctl that reads such files.</exception>
    public void Require(DaxDevice device)
    {
        if (device.NvdimmUuid is null)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{device.Name} is not a namespace of an NVDIMM, the only kind that daxctl's configuration knows",
                "the kernel brings other devices online by itself: boot with memhp_default_state=online_movable");
        }

        if (!Directory.Exists(Folder))
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"there is no {Folder}, so no daxctl would read it",
                "install daxctl 73 or newer, or leave --persist out");
        }
    }

    /// <summary>Writes the file, if no file there has the device already: its path.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public string Add(DaxDevice device)
    {
        Require(device);
        return FileWith(device.NvdimmUuid!) ?? Write(device.NvdimmUuid!);
    }

    /// <summary>Removes the file that <see cref="Add"/> wrote: its path, or null when there is none.</summary>
    public string? Remove(DaxDevice device)
    {
        if (device.NvdimmUuid is null || !File.Exists(PathOf(device.NvdimmUuid)))
        {
            return null;
        }

        File.Delete(PathOf(device.NvdimmUuid));
        return PathOf(device.NvdimmUuid);
    }

    /// <summary>A file there that makes the device memory at boot, ours or another; null for none.</summary>
    public string? FileOf(DaxDevice device) => device.NvdimmUuid is { } uuid ? FileWith(uuid) : null;

    /// <summary>The text of a file.</summary>
    internal static string TextOf(string uuid) => $"""
        # Written by terrace tiers online --persist; terrace tiers offline --persist removes it.
        [reconfigure-device terrace-{uuid}]
        nvdimm.uuid = {uuid}
        mode = system-ram
        online = true
        movable = true

        """;

    private string PathOf(string uuid) => Path.Combine(Folder, $"terrace-{uuid}.conf");

    private string? FileWith(string uuid)
    {
        try
        {
            return Directory.EnumerateFiles(Folder, "*.conf").Order(StringComparer.Ordinal)
                .FirstOrDefault(
                    path => Encoding.UTF8.GetString(SmallFile.Read(path)).Split('\n').Any(
                        line => line.TrimStart() is var text
                            && text.StartsWith("nvdimm.uuid", StringComparison.Ordinal)
                            && text.Contains(uuid, StringComparison.OrdinalIgnoreCase)));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Write(string uuid)
    {
        string path = PathOf(uuid);
        AtomicFile.Write(path, TextOf(uuid));
        return path;
    }
}
