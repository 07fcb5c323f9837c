using Terrace.Core.Machine;

namespace Terrace.Host.Configuration;

/// <summary>Where the daemon finds its configuration and keeps its files.</summary>
internal sealed record DaemonSettings
{
    /// <summary>The default folder of the control socket.</summary>
    public const string StandardRunFolder = "/run/terrace";

    /// <summary>The default folder of what must last.</summary>
    public const string StandardStateFolder = "/var/lib/terrace";

    /// <summary>The configuration file.</summary>
    public string Configuration { get; init; } = ConfigurationFile.StandardPath;

    /// <summary>Folder of what need not last: socket, lock.</summary>
    public string RunFolder { get; init; } = StandardRunFolder;

    /// <summary>Folder of what must last.</summary>
    public string StateFolder { get; init; } = StandardStateFolder;

    /// <summary>Which nodes are in which tier, whatever the configuration says; null for what that says.</summary>
    public TierChoice? Tiers { get; init; }

    /// <summary>The control socket in a run folder.</summary>
    public static string SocketIn(string runFolder) => Path.Combine(runFolder, "control.sock");
}
