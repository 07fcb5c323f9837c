namespace Terrace.Host.Kernel;

/// <summary>A drop-in that comes with the unit and lets the service do what the unit alone does not (packaging/*.conf).</summary>
/// <param name="name">Its file's name.</param>
/// <param name="gist">The line of it that says most, in the section [Service] (systemd.exec(5)).</param>
internal sealed class ServiceDropIn(string name, string gist)
{
    private const string FolderOfPackages = "/usr/share/terrace";

    /// <summary>Where administrators put drop-ins of the unit (systemd.unit(5)).</summary>
    public const string Folder = "/etc/systemd/system/terrace.service.d";

    /// <summary>Lets it set the kernel's NUMA balancing and demotion.</summary>
    public static ServiceDropIn HostKernel { get; } = new("host-kernel.conf", "CapabilityBoundingSet=CAP_SYS_ADMIN");

    /// <summary>Lets it use this host's network.</summary>
    public static ServiceDropIn Network { get; } = new("network.conf", "PrivateNetwork=no");

    /// <summary>The line of it that says most.</summary>
    public string Gist => gist;

    /// <summary>Where it was installed: by a package below /usr, by the tarball below another folder.</summary>
    public string Source => SourceFor(Environment.ProcessPath);

    /// <summary>The command that gives the service the right.</summary>
    public string Command =>
        $"sudo install -D -m 644 -t {Folder} {Source} && sudo systemctl daemon-reload && sudo systemctl restart terrace";

    /// <summary>
    /// What to do, for a message of the daemon; null when systemd did not start it (INVOCATION_ID, systemd.exec(5)), and the unit
    /// is not what holds it back.
    /// </summary>
    public string? Fix =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INVOCATION_ID"))
            ? null
            : $"let the unit have its drop-in with {Gist}: {Command}";

    /// <summary>
    /// The drop-in that belongs to a program PREFIX/lib/terrace/terrace (packaging/files); where it has none, the packages'.
    /// </summary>
    internal string SourceFor(string? program)
    {
        string folder = Path.GetDirectoryName(program) ?? "/";
        string own = Path.GetFullPath(Path.Combine(folder, "../../share/terrace", name));
        return File.Exists(own) ? own : $"{FolderOfPackages}/{name}";
    }
}
