using Terrace.Lab.Kernels;

namespace Terrace.Lab.Programs;

/// <summary>
/// Programs of Debian for experiments in the machine, each as a folder that holds the program and the libraries it needs, to be put in and
/// used with chroot: nothing is installed on the host, and the host's own libraries do not matter.
/// </summary>
public static class ProgramStore
{
    private const string Suite = "bookworm";

    private static readonly string[] Unused = ["usr/share", "var"];

    /// <summary>What is kept of etc: profiles of AppArmor include it.</summary>
    private const string Included = "apparmor.d";

    /// <summary>The folder of a package, fetched into the cache when it is not there yet.</summary>
    /// <param name="package">A package of Debian, for example memcached.</param>
    /// <param name="progress">Told in one line what takes time.</param>
    /// <param name="ct">Stops the fetch.</param>
    /// <exception cref="LabException">There is no such package, or it cannot be fetched.</exception>
    public static async Task<string> GetAsync(string package, Action<string> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(progress);
        var folder = Path.Combine(LabCache.Folder, "programs", package);
        using var held = await LabCache.LockAsync(ct);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        progress($"fetching Debian's {package}");
        var archive = new DebianArchive(Path.Combine(LabCache.Folder, "apt"));
        var trouble = await archive.UpdateAsync(progress, ct);
        var work = Directory.CreateDirectory(Path.Combine(LabCache.Folder, "fetch-" + Environment.ProcessId)).FullName;
        try
        {
            var packages = await archive.WithLibrariesAsync(package, Suite, ct);
            var root = await archive.FetchAsync(packages, work, ct);
            var settings = new DirectoryInfo(Path.Combine(root, "etc"));
            foreach (var file in settings.Exists ? settings.GetFiles() : [])
            {
                file.Delete();
            }

            var folders = settings.Exists ? settings.GetDirectories() : [];
            var others = folders.Where(part => part.Name != Included).Select(part => part.FullName);
            foreach (var unused in Unused.Select(part => Path.Combine(root, part)).Where(Directory.Exists).Concat(others))
            {
                Directory.Delete(unused, recursive: true);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(root, folder);
        }
        catch (LabException) when (trouble is not null)
        {
            // One suite that cannot be reached need not be the one that has the package; here it may be.
            throw LabException.Unavailable($"cannot fetch {package}: {trouble.What}", trouble.Fix);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return folder;
    }
}
