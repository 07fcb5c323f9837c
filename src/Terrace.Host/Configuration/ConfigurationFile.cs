using Terrace.Host.Files;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Configuration;

/// <summary>A configuration on disk. YAML; JSON, being YAML too, is read as well.</summary>
internal static class ConfigurationFile
{
    /// <summary>Where the daemon looks.</summary>
    public const string StandardPath = "/etc/terrace/terrace.yaml";

    /// <summary>Reads a file: null, and all that is wrong with it, when it cannot be used.</summary>
    public static DaemonConfiguration? Load(string path, out IReadOnlyList<ConfigurationProblem> problems) =>
        YamlFile.TryLoad(path, "give a path, or see terrace config example", out YamlNode? root, out problems)
            ? Read(path, root, out problems)
            : null;

    /// <summary>Reads a text as if it were the file's.</summary>
    public static DaemonConfiguration? Parse(string path, string text, out IReadOnlyList<ConfigurationProblem> problems) =>
        YamlFile.TryParse(path, text, out YamlNode? root, out problems) ? Read(path, root, out problems) : null;

    private static DaemonConfiguration? Read(string path, YamlNode? root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        if (root is null)
        {
            problems = [];
            return new DaemonConfiguration();
        }

        DaemonConfiguration configuration = ConfigurationReader.Read(path, root, out problems);
        return problems.Count == 0 ? configuration : null;
    }
}
