using Terrace.Host.Files;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Configuration;

/// <summary>
/// A configuration on disk: a file, and those of the folder <c>conf.d</c> next to it, which have more rules. YAML; JSON, being YAML
/// too, is read as well.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>Where the daemon looks.</summary>
    public const string StandardPath = "/etc/terrace/terrace.yaml";

    /// <summary>The folder next to the file.</summary>
    public const string Folder = "conf.d";

    private const string Suffix = ".yaml";
    private const string WhenMissing = "give a path, or see terrace config example";

    /// <summary>Reads a file: null, and all that is wrong with it, when it cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">What is wrong.</param>
    /// <param name="mayWait">What was handed over open (/dev/stdin) may be a pipe; a daemon that runs must not wait for who writes.</param>
    public static DaemonConfiguration? Load(string path, out IReadOnlyList<ConfigurationProblem> problems, bool mayWait = true)
    {
        if (!mayWait && TextSource.ProblemOf(path) is { } waits)
        {
            problems = [waits];
            return null;
        }

        YamlFile.TryLoad(path, WhenMissing, out YamlNode? root, out problems);
        if (string.IsNullOrWhiteSpace(path) || Directory.Exists(path))
        {
            return null;
        }

        List<ConfigurationProblem> all = [.. problems];
        List<(string File, YamlNode Root)> more = [];
        foreach (string file in More(path, all))
        {
            if (TextSource.ProblemOf(file) is { } problem)
            {
                all.Add(problem);
                continue;
            }

            if (YamlFile.TryLoad(file, WhenMissing, out YamlNode? node, out problems) && node is not null)
            {
                more.Add((file, node));
            }

            all.AddRange(problems);
        }

        // What can be read is looked at too, so that one slip in one file does not hide what is wrong in others.
        DaemonConfiguration? configuration = Read(path, root, more, out problems);
        if (all.Count == 0)
        {
            return configuration;
        }

        // In the order in which the files are read, which is that of their names.
        problems =
        [
            .. all.Concat(problems)
                .OrderBy(problem => problem.File == path ? 0 : 1)
                .ThenBy(problem => problem.File, StringComparer.Ordinal),
        ];
        return null;
    }

    /// <summary>Reads a text as if it were the file's.</summary>
    public static DaemonConfiguration? Parse(string path, string text, out IReadOnlyList<ConfigurationProblem> problems) =>
        YamlFile.TryParse(path, text, out YamlNode? root, out problems) ? Read(path, root, [], out problems) : null;

    // By name, byte by byte, as ls -1 does in the C locale. Hidden files are those that editors leave behind.
    private static List<string> More(string path, List<ConfigurationProblem> problems)
    {
        string extra = Path.GetDirectoryName(path) is { Length: > 0 } folder ? Path.Combine(folder, Folder) : Folder;
        if (File.Exists(extra))
        {
            problems.Add(new ConfigurationProblem(extra, 0, "", "is not a folder", "it has files with more rules, or is not there"));
            return [];
        }

        try
        {
            List<string> visible =
            [
                .. Directory.EnumerateFileSystemEntries(extra)
                    .Where(file => !Path.GetFileName(file).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
            problems.AddRange(visible.Where(LooksLikeRules).Select(file => new ConfigurationProblem(
                file, 0, "", "is not read: names of files with rules end in .yaml", "rename it, or move it elsewhere")));
            return [.. visible.Where(file => file.EndsWith(Suffix, StringComparison.Ordinal))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(
                new ConfigurationProblem(
                    extra, 0, "", "cannot be listed", "it must be a folder that may be read, or not be there"));
            return [];
        }
    }

    // Other names are those of copies and of files that were taken out on purpose.
    private static bool LooksLikeRules(string path) =>
        !path.EndsWith(Suffix, StringComparison.Ordinal)
        && Path.GetExtension(path).ToUpperInvariant() is (".YML" or ".YAML" or ".JSON");

    private static DaemonConfiguration? Read(
        string path, YamlNode? root, IReadOnlyList<(string File, YamlNode Root)> more, out IReadOnlyList<ConfigurationProblem> problems)
    {
        DaemonConfiguration configuration = ConfigurationReader.Read(path, root, more, out problems);
        return problems.Count == 0 ? configuration : null;
    }
}
