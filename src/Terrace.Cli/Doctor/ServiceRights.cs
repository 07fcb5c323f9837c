using Terrace.Linux.Files;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor;

/// <summary>
/// Which capabilities systemd leaves to the service, as its unit and the drop-ins of it say (systemd.unit(5),
/// CapabilityBoundingSet= in systemd.exec(5)).
/// </summary>
internal static class ServiceRights
{
    private const string Unit = "terrace.service";
    private const string Setting = "CapabilityBoundingSet=";

    /// <summary>Folders of units; what is in one hides files of the same name in those after it.</summary>
    private static readonly string[] s_folders =
    [
        "etc/systemd/system",
        "run/systemd/system",
        "usr/local/lib/systemd/system",
        "usr/lib/systemd/system",
        "lib/systemd/system",
    ];

    /// <summary>True when the service may have a capability; null when there is no such service here.</summary>
    public static bool? Allow(FileTree files, Capability capability)
    {
        if (s_folders.Select(folder => $"{folder}/{Unit}").FirstOrDefault(files.Has) is not { } unit)
        {
            return null;
        }

        // All are allowed until the setting is given; then those that are named, by any of its lines.
        bool? allowed = null;
        IEnumerable<string> lines = new[] { unit }.Concat(DropIns(files))
            .SelectMany(path => (files.ReadText(path) ?? "").Split('\n'))
            .Select(line => line.Trim());
        foreach (string line in lines.Where(line => line.StartsWith(Setting, StringComparison.Ordinal)))
        {
            string value = line[Setting.Length..].Trim();
            bool inverts = value.StartsWith('~');
            string[] names = value.TrimStart('~').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            allowed = names.Length == 0 ? inverts : names.Contains($"{capability}") ? !inverts : allowed ?? inverts;
        }

        return allowed ?? true;
    }

    /// <summary>Drop-ins of all folders, in the order of their names.</summary>
    private static IEnumerable<string> DropIns(FileTree files) =>
        s_folders.Select(folder => $"{folder}/{Unit}.d")
            .SelectMany(
                folder => files.Names(folder)
                    .Where(name => name.EndsWith(".conf", StringComparison.Ordinal))
                    .Select(name => (Name: name, Path: $"{folder}/{name}")))
            .DistinctBy(file => file.Name)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => file.Path);
}
