namespace Terrace.Lab.Kernels;

/// <summary>
/// Asks Debian's archive through apt with a sources list, package lists and cache of our own, so that the system's are never touched
/// (apt.conf(5): Dir::Etc::SourceList, Dir::Etc::SourceParts, Dir::State::Lists, Dir::Cache).
/// </summary>
internal sealed class DebianArchive(string folder)
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>Suites that hold kernels for the lab: 6.1 and 6.12 in bookworm's security suite, the newest in trixie's backports.</summary>
    private static readonly (string Archive, string Suite)[] Suites =
    [
        ("debian", "bookworm"), ("debian-security", "bookworm-security"), ("debian", "bookworm-backports"),
        ("debian", "trixie"), ("debian-security", "trixie-security"), ("debian", "trixie-backports"),
    ];

    private static readonly string[] PartPrefixes = ["linux-image-", "linux-binary-", "linux-modules-"];

    private static readonly TimeSpan ListsStayFresh = TimeSpan.FromHours(12);

    private string Configuration => Path.Combine(folder, "apt.conf");

    /// <summary>Brings the package lists up to date unless they are fresh. Null, or what went wrong.</summary>
    public async Task<string?> UpdateAsync(CancellationToken ct)
    {
        if (!File.Exists(Keyring))
        {
            return $"{Keyring} is missing (Debian's package debian-archive-keyring)";
        }

        foreach (var part in new[] { "lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        await File.WriteAllLinesAsync(
            Path.Combine(folder, "sources.list"),
            Suites.Select(s => $"deb [arch=amd64 signed-by={Keyring}] http://deb.debian.org/{s.Archive} {s.Suite} main"),
            ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "status"), "", ct);
        await File.WriteAllTextAsync(
            Configuration,
            $"""
            Dir::Etc::SourceList "{folder}/sources.list";
            Dir::Etc::SourceParts "-";
            Dir::State "{folder}";
            Dir::State::Lists "{folder}/lists";
            Dir::State::Status "{folder}/status";
            Dir::Cache "{folder}/cache";
            APT::Sandbox::User "";
            APT::Architecture "amd64";
            Acquire::Languages "none";
            Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
            APT::Update::Error-Mode "any";
            Acquire::Retries "2";
            Acquire::http::Timeout "20";

            """,
            ct);
        var stamp = Path.Combine(folder, "updated");
        if (File.Exists(stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) < ListsStayFresh)
        {
            return null;
        }

        var (exitCode, _, stderr) = await AptAsync("apt-get", ["update", "-q"], null, ct);
        if (exitCode != 0)
        {
            return FirstError(stderr);
        }

        await File.WriteAllTextAsync(stamp, "", ct);
        return null;
    }

    /// <summary>The newest version of a package whose version begins with a prefix, among several packages; null when there is none.</summary>
    public async Task<(string Package, string Version)?> NewestAsync(IReadOnlyList<string> packages, string versionPrefix, CancellationToken ct)
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

    /// <summary>A package of a suite and the libraries (packages called lib…) that it needs, and they need: enough to run its programs.</summary>
    public async Task<IReadOnlyList<string>> WithLibrariesAsync(string package, string suite, CancellationToken ct)
    {
        var found = new List<string> { package };
        for (var next = 0; next < found.Count; next++)
        {
            var (_, stdout, _) = await AptAsync("apt-cache", ["show", "--no-all-versions", "-o", $"APT::Default-Release={suite}", found[next]], null, ct);
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

    /// <summary>Kernel parts named in a Depends line: linux-image-6…, linux-binary-…, linux-modules-… (kernels since 7.2 are split so).</summary>
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
        version.StartsWith(series, StringComparison.Ordinal) && (version.Length == series.Length || version[series.Length] is '.' or '-' or '~' or '+');

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
        [.. version.Split(['.', '-', '~', '+']).Select(part => long.TryParse(part, out var number) ? number : -1).TakeWhile(number => number >= 0)];

    private static string FirstError(string stderr) =>
        stderr.Split('\n').FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal))?[2..].Trim() ?? stderr.Trim().ReplaceLineEndings(" ");

    private Task<(int ExitCode, string Stdout, string Stderr)> AptAsync(string program, string[] arguments, string? workingFolder, CancellationToken ct) =>
        HostPrograms.RunAsync(
            program,
            arguments,
            workingFolder ?? folder,
            new Dictionary<string, string> { ["APT_CONFIG"] = Configuration, ["LC_ALL"] = "C" },
            ct);
}
