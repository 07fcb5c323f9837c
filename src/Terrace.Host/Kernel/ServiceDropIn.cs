namespace Terrace.Host.Kernel;

/// <summary>
/// The drop-in that lets the service do what the unit alone does not: set the kernel's NUMA balancing
/// (packaging/host-kernel.conf).
/// </summary>
internal static class ServiceDropIn
{
    /// <summary>The line of it that counts, in the section [Service] (systemd.exec(5)).</summary>
    public const string Line = "CapabilityBoundingSet=CAP_SYS_ADMIN";

    /// <summary>Where the package has it.</summary>
    public const string Source = "/usr/share/terrace/host-kernel.conf";

    /// <summary>Where administrators put drop-ins of the unit (systemd.unit(5)).</summary>
    public const string Folder = "/etc/systemd/system/terrace.service.d";

    /// <summary>The command that gives the service the right.</summary>
    public const string Command = $"sudo install -D -m 644 -t {Folder} {Source} && sudo systemctl daemon-reload && sudo systemctl "
        + $"restart terrace";

    /// <summary>
    /// What to do, for a message of the daemon; null when systemd did not start it (INVOCATION_ID, systemd.exec(5)), and the unit
    /// is not what holds it back.
    /// </summary>
    public static string? Fix =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INVOCATION_ID"))
            ? null
            : $"let the unit have {Line} below [Service]: {Command}";
}
