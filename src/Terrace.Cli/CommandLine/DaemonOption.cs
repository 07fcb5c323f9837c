using System.CommandLine;
using Terrace.Host.Configuration;
using Terrace.Host.Control;

namespace Terrace.Cli.CommandLine;

/// <summary>Where the daemon is that a command talks to.</summary>
internal static class DaemonOption
{
    /// <summary>The option <c>--run-folder</c>.</summary>
    public static Option<string> Create() => new("--run-folder")
    {
        Description = "Folder of the daemon's socket.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => DaemonSettings.StandardRunFolder,
    };

    /// <summary>Asks the daemon.</summary>
    public static ControlResponse Ask(string runFolder, ControlRequest request)
    {
        using ControlClient client = ControlClient.Connect(DaemonSettings.SocketIn(runFolder));
        return client.Ask(request);
    }
}
