using Terrace.Lab.Sources;

namespace Terrace.Lab.Kernels;

/// <summary>
/// The configuration that the lab's apt runs with (apt.conf(5)): all of the machine's, so that its proxies (one for a host and
/// DIRECT too), their detection, and passwords (auth.conf) are used, and then our own folders. apt reads what APT_CONFIG names before
/// the machine's files, which would have the last word; so they are included here, and apt is pointed to none.
/// </summary>
internal static class AptSettings
{
    /// <param name="folder">Of our lists and packages.</param>
    /// <param name="sourcesList">Our sources list.</param>
    /// <param name="machine">Where the machine's configuration is.</param>
    /// <param name="own">The user's own configuration file ($APT_CONFIG), if any.</param>
    public static string Text(string folder, string sourcesList, AptPaths machine, string? own)
    {
        List<string> included = [];
        if (!string.IsNullOrEmpty(own) && File.Exists(own) && Path.GetFullPath(own) != Path.Combine(folder, "apt.conf"))
        {
            included.Add(Path.GetFullPath(own));
        }

        if (Directory.Exists(machine.SettingsFolder))
        {
            // The slash at its end says that it is a folder.
            included.Add(machine.SettingsFolder.TrimEnd('/') + "/");
        }

        if (File.Exists(machine.Settings))
        {
            included.Add(machine.Settings);
        }

        return $"""
            {string.Join('\n', included.Select(path => $"#include \"{path}\";"))}
            // The machine's commands after an update are about its own lists.
            #clear APT::Update;
            Dir::Etc::Main "/dev/null";
            Dir::Etc::Parts "/dev/null";
            Dir::Etc::Preferences "/dev/null";
            Dir::Etc::PreferencesParts "/dev/null";
            Dir::Etc::SourceList "{sourcesList}";
            Dir::Etc::SourceParts "/dev/null";
            Dir::State "{folder}";
            Dir::State::Lists "{folder}/lists";
            Dir::State::Status "{folder}/status";
            Dir::Cache "{folder}/cache";
            APT::Sandbox::User "";
            APT::Architecture "amd64";
            APT::Default-Release "";
            Acquire::Languages "none";
            Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
            APT::Update::Error-Mode "any";
            Acquire::Retries "2";
            Acquire::http::Timeout "20";

            """;
    }
}
