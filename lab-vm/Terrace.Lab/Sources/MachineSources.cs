namespace Terrace.Lab.Sources;

/// <summary>This machine's own package configuration.</summary>
/// <param name="System">Which system it is.</param>
/// <param name="Paths">Where apt's files are.</param>
/// <param name="Files">What its sources files say, those of the folder last, as apt reads them.</param>
internal sealed record MachineSources(OsRelease System, AptPaths Paths, SourcesFile Files)
{
    private static readonly string[] ReleaseFiles = ["etc/os-release", "usr/lib/os-release"];

    /// <summary>Reads it. A file that cannot be read is a problem of <see cref="Files"/>.</summary>
    public static async Task<MachineSources> ReadAsync(CancellationToken ct)
    {
        // A machine without apt-config has none of the files either.
        var (_, answer, _) = await HostPrograms.RunAsync("apt-config", AptPaths.Question, ct: ct);
        var paths = AptPaths.Parse(answer);
        List<PackageSource> sources = [];
        List<SourceProblem> problems = [];
        foreach (var path in SourceFilesOf(paths))
        {
            try
            {
                var read = SourcesFile.Parse(await File.ReadAllTextAsync(path, ct), path);
                sources.AddRange(read.Sources);
                problems.AddRange(read.Problems);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add(new SourceProblem(path, 0, "", "cannot be read: " + error.Message.ReplaceLineEndings(" ")));
            }
        }

        return new MachineSources(OsRelease.Parse(await SystemTextAsync(paths.Root, ct)), paths, new SourcesFile(sources, problems));
    }

    private static IEnumerable<string> SourceFilesOf(AptPaths paths)
    {
        var folder = Directory.Exists(paths.Lists) ? Directory.GetFiles(paths.Lists) : [];
        return (File.Exists(paths.List) ? [paths.List] : Array.Empty<string>())
            .Concat(folder.Where(path => IsSourcesName(Path.GetFileName(path))).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Other files of the folder are none of apt's, among them those that were renamed to turn them off (sources.list(5),
    /// "SOURCES.LIST.D").
    /// </summary>
    internal static bool IsSourcesName(string name) =>
        (name.EndsWith(".list", StringComparison.Ordinal) || name.EndsWith(".sources", StringComparison.Ordinal))
        && name[0] != '.'
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':');

    private static async Task<string> SystemTextAsync(string root, CancellationToken ct)
    {
        var path = ReleaseFiles.Select(part => Path.Combine(root, part)).FirstOrDefault(File.Exists);
        return path is null ? "" : await File.ReadAllTextAsync(path, ct);
    }
}
