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
    public static DaemonConfiguration? Load(string path, out IReadOnlyList<ConfigurationProblem> problems)
    {
        bool read = YamlFile.TryLoad(path, WhenMissing, out YamlNode? root, out problems);
        if (string.IsNullOrWhiteSpace(path) || Directory.Exists(path))
        {
            return null;
        }

        List<ConfigurationProblem> all = [.. problems];
        List<(string File, YamlNode Root)> more = [];
        foreach (string file in More(path, all))
        {
            if (YamlFile.TryLoad(file, WhenMissing, out YamlNode? node, out problems) && node is not null)
            {
                more.Add((file, node));
            }

            all.AddRange(problems);
        }

        if (!read || all.Count > 0)
        {
            problems = all;
            return null;
        }

        return Read(path, root, more, out problems);
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
            return
            [
                .. Directory.EnumerateFiles(extra)
                    .Where(file => file.EndsWith(Suffix, StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
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

    private static DaemonConfiguration? Read(
        string path, YamlNode? root, IReadOnlyList<(string File, YamlNode Root)> more, out IReadOnlyList<ConfigurationProblem> problems)
    {
        DaemonConfiguration configuration = ConfigurationReader.Read(path, root, more, out problems);
        return problems.Count == 0 ? configuration : null;
    }
}
