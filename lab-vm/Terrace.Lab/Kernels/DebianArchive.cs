using System.Text;
using Terrace.Lab.Sources;

namespace Terrace.Lab.Kernels;

/// <summary>
/// Asks Debian's archive through apt with a sources list, package lists and cache of our own, so that the system's are never touched
/// (<see cref="AptSettings"/>). Where the archive is, its keys, proxies and passwords are those of the machine's own package configuration.
/// </summary>
internal sealed class DebianArchive(string folder)
{
    /// <summary>
    /// Suites that hold kernels for the lab: 6.1 and 6.12 in bookworm's security suite, the newest in trixie's backports.
    /// </summary>
    private static readonly string[] Suites =
        ["bookworm", "bookworm-security", "bookworm-backports", "trixie", "trixie-security", "trixie-backports"];

    private static readonly string[] PartPrefixes = ["linux-image-", "linux-binary-", "linux-modules-"];

    private static readonly TimeSpan ListsStayFresh = TimeSpan.FromHours(12);

    private string Configuration => Path.Combine(folder, "apt.conf");

    private string SourcesList => Path.Combine(folder, "debian.sources");

    /// <summary>Brings the package lists up to date unless they are fresh. Null, or what went wrong.</summary>
    /// <param name="progress">Told in one line each which mirror is used, and what of the machine's configuration is not.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>: the named mirror or keyring cannot be one.</exception>
    public async Task<ArchiveTrouble?> UpdateAsync(Action<string> progress, CancellationToken ct)
    {
        var settings = MirrorSettings.FromEnvironment();
        var machine = await MachineSources.ReadAsync(ct);
        if (HostPrograms.Find("apt-get") is null || HostPrograms.Find("dpkg-deb") is null)
        {
            return new ArchiveTrouble($"this machine ({machine.System.Name}) lacks apt-get or dpkg-deb", "install apt and dpkg");
        }

        var choice = DebianMirror.Choose(machine, settings, Suites, File.Exists(MirrorSettings.DebianKeyring));
        if (choice.Problem is { } problem)
        {
            return new ArchiveTrouble(problem, choice.Fix!);
        }

        progress($"Debian's archive is {choice.Main.Address} ({choice.Main.Where})");
        foreach (var skipped in choice.Skipped)
        {
            progress($"not used: {skipped}");
        }

        foreach (var part in new[] { "lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "status"), "", ct);
        var own = Environment.GetEnvironmentVariable("APT_CONFIG");
        await File.WriteAllTextAsync(Configuration, AptSettings.Text(folder, SourcesList, machine.Paths, own), ct);
        var stamp = Path.Combine(folder, "updated");
        if (await WriteSourcesAsync(choice.Sources, ct))
        {
            File.Delete(stamp);
        }

        if (File.Exists(stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) < ListsStayFresh)
        {
            return null;
        }

        var (exitCode, _, stderr) = await AptAsync("apt-get", ["update", "-q"], null, ct);
        if (exitCode != 0)
        {
            return new ArchiveTrouble(
                FirstError(stderr),
                settings.Mirror is null
                    ? $"check the network and {choice.Main.Where}, or name another mirror in {MirrorSettings.MirrorVariable}"
                    : $"check the network and {MirrorSettings.MirrorVariable}");
        }

        await File.WriteAllTextAsync(stamp, "", ct);
        return null;
    }

    /// <summary>
    /// Writes the sources list; true when it was another one before. Nobody else may read it: an address may hold a password.
    /// </summary>
    private async Task<bool> WriteSourcesAsync(IReadOnlyList<PackageSource> sources, CancellationToken ct)
    {
        var text = string.Join('\n', sources.Select(source => source.ToStanza()));
        if (File.Exists(SourcesList) && await File.ReadAllTextAsync(SourcesList, ct) == text)
        {
            return false;
        }

        File.Delete(SourcesList);
        await using var file = new FileStream(
            SourcesList,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        return true;
    }

    /// <summary>
    /// The newest version of a package whose version begins with a prefix, among several packages; null when there is none.
    /// </summary>
    public async Task<(string Package, string Version)?> NewestAsync(
        IReadOnlyList<string> packages, string versionPrefix, CancellationToken ct)
    {
        var (_, stdout, _) = await AptAsync("apt-cache", ["madison", .. packages], null, ct);
        (string Package, string Version)? best = null;
        foreach (var line in stdout.Split('\n'))
        {
            var fields = line.Split('|', StringSplitOptions.TrimEntries);
            if (fields.Length < 3 || !BelongsTo(fields[1], versionPrefix))
            {
                continue;
            }

            if (best is null || CompareVersions(fields[1], best.Value.Version) > 0)
            {
                best = (fields[0], fields[1]);
            }
        }

        return best;
    }

    /// <summary>The kernel packages that a package stands for: itself if it holds files, and the kernel parts it depends on.</summary>
    public async Task<IReadOnlyList<string>> KernelPartsAsync(string package, string version, CancellationToken ct)
    {
        var parts = new List<string>();
        var waiting = new Queue<(string Package, string? Version)>([(package, version)]);
        while (waiting.TryDequeue(out var next))
        {
            var exact = next.Version is null ? next.Package : $"{next.Package}={next.Version}";
            var (_, stdout, _) = await AptAsync("apt-cache", ["show", "--no-all-versions", exact], null, ct);
            parts.Add(exact);
            var depends = stdout.Split('\n').FirstOrDefault(line => line.StartsWith("Depends:", StringComparison.Ordinal));
            foreach (var (name, wanted) in ParseDepends(depends ?? ""))
            {
                var exactWanted = wanted is null ? name : $"{name}={wanted}";
                if (!parts.Contains(exactWanted, StringComparer.Ordinal) && waiting.All(w => w.Package != name))
                {
                    waiting.Enqueue((name, wanted));
                }
            }
        }

        return parts;
    }

    /// <summary>
    /// A package of a suite and the libraries (packages called lib…) that it needs, and they need: enough to run its programs.
    /// </summary>
    public async Task<IReadOnlyList<string>> WithLibrariesAsync(string package, string suite, CancellationToken ct)
    {
        var found = new List<string> { package };
        for (var next = 0; next < found.Count; next++)
        {
            var (_, stdout, _) = await AptAsync(
                "apt-cache", ["show", "--no-all-versions", "-o", $"APT::Default-Release={suite}", found[next]], null, ct);
            var depends = stdout.Split('\n').FirstOrDefault(line => line.StartsWith("Depends:", StringComparison.Ordinal)) ?? "";
            foreach (var name in Libraries(depends))
            {
                if (!found.Contains(name, StringComparer.Ordinal))
                {
                    found.Add(name);
                }
            }
        }

        return [.. found.Select(name => $"{name}/{suite}")];
    }

    /// <summary>Fetches packages into a folder and unpacks them below it; returns the folder of what was in them.</summary>
    public async Task<string> FetchAsync(IReadOnlyList<string> packages, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var (downloaded, _, trouble) = await AptAsync("apt-get", ["download", "-q", .. packages], folder, ct);
        if (downloaded != 0)
        {
            throw LabException.Unavailable($"cannot fetch {packages[0]}: {FirstError(trouble)}", "check the network");
        }

        var root = Path.Combine(folder, "root");
        foreach (var package in Directory.EnumerateFiles(folder, "*.deb"))
        {
            var (exitCode, _, stderr) = await HostPrograms.RunAsync("dpkg-deb", ["-x", package, root], ct: ct);
            if (exitCode != 0)
            {
                throw LabException.Unavailable($"cannot unpack {Path.GetFileName(package)}: {stderr.Trim()}", "is there room on the disk?");
            }
        }

        return root;
    }

    /// <summary>Libraries named in a Depends line; of alternatives the first.</summary>
    internal static IEnumerable<string> Libraries(string line) =>
        line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(clause => clause.Split([' ', ':', '|', '('], 2)[0])
            .Where(name => name.StartsWith("lib", StringComparison.Ordinal));

    /// <summary>
    /// Kernel parts named in a Depends line: linux-image-6…, linux-binary-…, linux-modules-… (kernels since 7.2 are split so).
    /// </summary>
    internal static IEnumerable<(string Name, string? Version)> ParseDepends(string line)
    {
        foreach (var clause in line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            var name = clause.Split(' ', 2)[0];
            if (PartPrefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal)))
            {
                var equals = clause.IndexOf("(= ", StringComparison.Ordinal);
                yield return (name, equals < 0 ? null : clause[(equals + 3)..].TrimEnd(')').Trim());
            }
        }
    }

    /// <summary>6.1 is the series of 6.1.192-2 but not of 6.12.107-1; 7 that of 7.2.12.</summary>
    internal static bool BelongsTo(string version, string series) =>
        version.StartsWith(series, StringComparison.Ordinal)
            && (version.Length == series.Length || version[series.Length] is '.' or '-' or '~' or '+');

    /// <summary>Orders kernel versions by their numbers, left to right: enough among one archive's kernels.</summary>
    internal static int CompareVersions(string left, string right)
    {
        var (a, b) = (Numbers(left), Numbers(right));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    private static long[] Numbers(string version) =>
        [
            .. version.Split(['.', '-', '~', '+'])
                .Select(part => long.TryParse(part, out var number) ? number : -1)
                .TakeWhile(number => number >= 0),
        ];

    private static string FirstError(string stderr)
    {
        var error = stderr.Split('\n').FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal))?[2..] ?? stderr;
        return string.Join(' ', error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
    }

    // Without our configuration apt would answer from the machine's lists.
    private async Task<(int ExitCode, string Stdout, string Stderr)> AptAsync(
        string program, string[] arguments, string? workingFolder, CancellationToken ct) =>
        File.Exists(Configuration)
            ? await HostPrograms.RunAsync(
                program,
                arguments,
                workingFolder ?? folder,
                new Dictionary<string, string> { ["APT_CONFIG"] = Configuration, ["LC_ALL"] = "C" },
                ct)
            : (1, "", "E: there are no package lists");
}
