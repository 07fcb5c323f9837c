namespace Terrace.Lab.Sources;

/// <summary>
/// Where apt finds this machine's configuration, as "apt-config shell" says it: other roots and folders are the machine's choice
/// (apt.conf(5), "DIRECTORIES").
/// </summary>
/// <param name="Root">Folder of the machine's /etc.</param>
/// <param name="List">The sources file, in the one-line format.</param>
/// <param name="Lists">Folder of more sources files.</param>
/// <param name="Settings">The configuration file.</param>
/// <param name="SettingsFolder">Folder of more of them, which are read before it.</param>
internal sealed record AptPaths(string Root, string List, string Lists, string Settings, string SettingsFolder)
{
    /// <summary>Arguments for apt-config whose output <see cref="Parse"/> reads.</summary>
    public static readonly string[] Question =
    [
        "shell", "ROOT", "Dir/d", "LIST", "Dir::Etc::sourcelist/f", "LISTS", "Dir::Etc::sourceparts/d",
        "SETTINGS", "Dir::Etc::main/f", "SETTINGS_FOLDER", "Dir::Etc::parts/d",
    ];

    /// <summary>Reads NAME='value' lines; what is not said is where Debian has it.</summary>
    public static AptPaths Parse(string text)
    {
        Dictionary<string, string> values = [];
        foreach (var line in text.Split('\n'))
        {
            if (line.Split('=', 2) is [var name, ['\'', .., '\''] quoted])
            {
                values[name] = quoted[1..^1].Replace("'\\''", "'", StringComparison.Ordinal);
            }
        }

        string Of(string name, string usual) => values.TryGetValue(name, out var value) && value.Length > 0 ? value : usual;
        return new AptPaths(
            Of("ROOT", "/"),
            Of("LIST", "/etc/apt/sources.list"),
            Of("LISTS", "/etc/apt/sources.list.d/"),
            Of("SETTINGS", "/etc/apt/apt.conf"),
            Of("SETTINGS_FOLDER", "/etc/apt/apt.conf.d/"));
    }
}
