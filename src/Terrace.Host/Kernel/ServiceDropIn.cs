namespace Terrace.Host.Kernel;

/// <summary>
/// The drop-in that lets the service do what the unit alone does not: set the kernel's NUMA balancing
/// (packaging/host-kernel.conf).
/// </summary>
internal static class ServiceDropIn
{
    /// <summary>The line of it that counts, in the section [Service] (systemd.exec(5)).</summary>
    public const string Line = "CapabilityBoundingSet=CAP_SYS_ADMIN";

    private const string SourceOfPackages = "/usr/share/terrace/host-kernel.conf";

    /// <summary>Where administrators put drop-ins of the unit (systemd.unit(5)).</summary>
    public const string Folder = "/etc/systemd/system/terrace.service.d";

    /// <summary>Where it was installed: by a package below /usr, by the tarball below another folder.</summary>
    public static string Source { get; } = SourceFor(Environment.ProcessPath);

    /// <summary>The command that gives the service the right.</summary>
    public static string Command { get; } =
        $"sudo install -D -m 644 -t {Folder} {Source} && sudo systemctl daemon-reload && sudo systemctl restart terrace";

    /// <summary>
    /// What to do, for a message of the daemon; null when systemd did not start it (INVOCATION_ID, systemd.exec(5)), and the unit
    /// is not what holds it back.
    /// </summary>
    public static string? Fix =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INVOCATION_ID"))
            ? null
            : $"let the unit have {Line} below [Service]: {Command}";

    /// <summary>
    /// The drop-in that belongs to a program PREFIX/lib/terrace/terrace (packaging/files); where it has none, the packages'.
    /// </summary>
    internal static string SourceFor(string? program)
    {
        string folder = Path.GetDirectoryName(program) ?? "/";
        string own = Path.GetFullPath(Path.Combine(folder, "../../share/terrace", Path.GetFileName(SourceOfPackages)));
        return File.Exists(own) ? own : SourceOfPackages;
    }
}
