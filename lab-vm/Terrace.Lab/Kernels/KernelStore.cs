using System.Text.RegularExpressions;

namespace Terrace.Lab.Kernels;

/// <summary>Finds a kernel by what the user calls it, and fetches Debian's into the cache when it is not there yet.</summary>
public static partial class KernelStore
{
    /// <summary>A folder with vmlinuz files of the user's own, for <c>--kernel tracking</c> and other names.</summary>
    public const string OwnKernelsVariable = "TERRACE_LAB_KERNELS";

    private static readonly string[] ModuleFolders = ["lib/modules", "usr/lib/modules"];

    /// <summary>
    /// The kernel called <paramref name="name"/>: "6.12", "6.1", "7", "6.12-full", a name found in $TERRACE_LAB_KERNELS, or a
    /// path.
    /// </summary>
    /// <param name="name">What the user wrote.</param>
    /// <param name="refresh">Look for a newer one in the archive even if one is cached.</param>
    /// <param name="progress">Told in one line what takes time.</param>
    /// <param name="ct">Stops the fetch.</param>
    /// <exception cref="LabException">There is no such kernel, or it cannot be fetched.</exception>
    public static async Task<KernelImage> GetAsync(string name, bool refresh, Action<string> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(progress);
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(name)
                ? new KernelImage(Path.GetFileName(name), Path.GetFullPath(name), ModulesFolder: null)
                : throw LabException.Usage($"kernel '{name}' does not exist", "give the path of a vmlinuz");
        }

        var series = SeriesPattern().Match(name);
        if (!series.Success)
        {
            return OwnKernel(name);
        }

        using var held = await LabCache.LockAsync(ct);
        var full = series.Groups["full"].Success;
        return await DebianKernelAsync(series.Groups["series"].Value, full, refresh, progress, ct);
    }

    [GeneratedRegex(@"^(?<series>\d+(\.\d+){0,2})(?<full>-full)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SeriesPattern();

    private static KernelImage OwnKernel(string name)
    {
        var folder = Environment.GetEnvironmentVariable(OwnKernelsVariable);
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder))
        {
            throw LabException.Usage(
                $"kernel '{name}' is unknown",
                $"use 6.12, 6.1, 7, a path, or set {OwnKernelsVariable} to a folder that holds a vmlinuz with '{name}' in its name");
        }

        var path = Directory.EnumerateFiles(folder, "vmlinuz*")
            .Where(file => Path.GetFileName(file).Contains(name, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .LastOrDefault();
        return path is null
            ? throw LabException.Usage($"no vmlinuz with '{name}' in its name in {folder}", $"put one there or change {OwnKernelsVariable}")
            : new KernelImage(Path.GetFileName(path)["vmlinuz".Length..].TrimStart('-'), path, ModulesFolder: null);
    }

    private static async Task<KernelImage> DebianKernelAsync(
        string series, bool full, bool refresh, Action<string> progress, CancellationToken ct)
    {
        // Which kernel a series stands for is remembered, so that a cached one needs no network.
        var memo = Path.Combine(LabCache.Folder, "kernels", $"{series}{(full ? "-full" : "")}.name");
        var cached = File.Exists(memo) ? Cached((await File.ReadAllTextAsync(memo, ct)).Trim()) : null;
        if (cached is not null && !refresh)
        {
            return cached;
        }

        progress($"looking for Debian's {series} kernel in the archive");
        var archive = new DebianArchive(Path.Combine(LabCache.Folder, "apt"));
        var trouble = await archive.UpdateAsync(progress, ct);
        var flavour = full ? "amd64" : "cloud-amd64";

        // One suite that cannot be reached need not be the one that has the kernel.
        var newest = await archive.NewestAsync([$"linux-image-{flavour}", $"linux-image-{series}-{flavour}"], series, ct);
        if (newest is null)
        {
            if (cached is not null && trouble is not null)
            {
                progress($"cannot look for a newer kernel: {trouble.What}");
            }

            return cached ?? throw (trouble is null
                ? LabException.Usage($"Debian has no {series} kernel now", "use 6.12, 6.1 or 7")
                : LabException.Unavailable($"cannot fetch a kernel: {trouble.What}", $"{trouble.Fix}, or give --kernel /path/to/vmlinuz"));
        }

        var parts = await archive.KernelPartsAsync(newest.Value.Package, newest.Value.Version, ct);
        var release = parts.Select(part => part.Split('=')[0])
            .FirstOrDefault(part => ReleasePattern().IsMatch(part))?["linux-image-".Length..]
            ?? throw LabException.Unavailable(
                $"package {newest.Value.Package} names no kernel", "report it with the output of apt-cache show");
        if (Cached(release) is null)
        {
            progress($"fetching Debian's kernel {release}");
            await FetchAsync(archive, parts, release, ct);
        }

        await File.WriteAllTextAsync(memo, release, ct);
        return Cached(release)!;
    }

    [GeneratedRegex(@"^linux-image-\d+\.\d+\.\d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReleasePattern();

    private static KernelImage? Cached(string release)
    {
        var folder = Path.Combine(LabCache.Folder, "kernels", release);
        var vmlinuz = Path.Combine(folder, "vmlinuz");
        return File.Exists(vmlinuz) ? new KernelImage(release, vmlinuz, Path.Combine(folder, "modules")) : null;
    }

    private static async Task FetchAsync(DebianArchive archive, IReadOnlyList<string> parts, string release, CancellationToken ct)
    {
        var work = Directory.CreateDirectory(Path.Combine(LabCache.Folder, "fetch-" + Environment.ProcessId)).FullName;
        try
        {
            var root = await archive.FetchAsync(parts, work, ct);
            Keep(root, release);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Keep(string root, string release)
    {
        var vmlinuz = Directory.EnumerateFiles(root, "vmlinuz*", SearchOption.AllDirectories).FirstOrDefault()
            ?? throw LabException.Unavailable($"the packages of {release} hold no vmlinuz", "report it");
        var modules = ModuleFolders
            .Select(part => Path.Combine(root, part, release))
            .FirstOrDefault(Directory.Exists);
        var folder = Path.Combine(LabCache.Folder, "kernels", release);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        // Kernels since 7.2 keep their vmlinuz among their modules.
        Directory.CreateDirectory(folder);
        var kept = Path.Combine(folder, "vmlinuz");
        File.Move(vmlinuz, kept + ".new");
        if (modules is not null)
        {
            Directory.Move(modules, Path.Combine(folder, "modules"));
        }

        // Last, because its presence says that the folder is whole.
        File.Move(kept + ".new", kept);
    }
}
