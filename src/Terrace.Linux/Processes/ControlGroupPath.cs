using System.Text.RegularExpressions;

namespace Terrace.Linux.Processes;

/// <summary>
/// What the path of a control group says of the processes in it. The outermost name counts everywhere: the system's own manager or a
/// container runtime has given it. What is below it, a user's manager, a container or the service itself has named, as it liked.
/// </summary>
public static partial class ControlGroupPath
{
    private static readonly string[] s_unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"];

    // Runtimes whose containers are in groups below their own service where they do not use systemd's slices: a container is not its
    // runtime. Other services that a container is below are its own, as podman's quadlets make them.
    private static readonly string[] s_runtimes =
    [
        "containerd.service", "docker.service", "crio.service", "cri-o.service", "kubelet.service", "k3s.service", "k3s-agent.service",
        "rke2-server.service", "rke2-agent.service", "snap.docker.dockerd.service", "snap.microk8s.daemon-containerd.service",
    ];

    /// <summary>
    /// The path in the text of /proc/PID/cgroup, or null: that of cgroup v2, or on hosts that have v1 too the one that tells the container
    /// (<see cref="ControlGroupLines.Path"/>).
    /// </summary>
    public static string? InFile(ReadOnlySpan<byte> text) => ControlGroupLines.Read(text).Path;

    /// <summary>The path of the group that the kernel accounts the process's memory to, or null.</summary>
    public static string? OfMemory(ReadOnlySpan<byte> text) => ControlGroupLines.Read(text).OfMemory;

    /// <summary>
    /// The systemd unit (systemd.unit(5)), or null; none for a container in a group below its runtime's service. What is below a container,
    /// the container has named.
    /// </summary>
    public static string? UnitOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int container = Outermost(path) is { Success: true } match ? path.IndexOf('/', match.Index + match.Length) : -1;
        string? unit = (container < 0 ? path : path[..container]).Split('/')
            .FirstOrDefault(part => Array.Exists(s_unitSuffixes, suffix => part.EndsWith(suffix, StringComparison.Ordinal)));
        return unit is not null && Array.IndexOf(s_runtimes, unit) >= 0 && NamesWork(path) ? null : unit;
    }

    /// <summary>
    /// True below a user's own service manager (user@.service), or below the groups that PAM gives a user on hosts with v1 (pam_cgfs),
    /// where all names are that user's choice.
    /// </summary>
    public static bool IsUsers(string path) => UsersPattern().IsMatch(path);

    /// <summary>
    /// The container, or null: the 64 hexadecimal digits by which docker, podman, containerd and cri-o name its group, the shorter ones
    /// of Cloud Foundry's garden, or the name that LXC and systemd-nspawn gave it. None that a user has named.
    /// </summary>
    public static string? ContainerOf(string path) => Find(path).Container;

    /// <summary>
    /// The pod's identifier in a path that kubelet made (…/kubepods…/pod…), with dashes, or null. None below a container: what is
    /// there the container has named.
    /// </summary>
    public static string? PodOf(string path) => Find(path).Pod;

    /// <summary>True when it names a container or a pod.</summary>
    internal static bool NamesWork(string path) => Find(path) is not (null, null);

    private static (string? Container, string? Pod) Find(string path)
    {
        int end = UsersPattern().Match(path) is { Success: true } users ? users.Index : path.Length;
        Match pod = PodPattern().Match(path);
        Match outermost = Outermost(path);
        bool hasContainer = outermost.Success && outermost.Index < end;
        bool hasPod = pod.Success && pod.Index < end && !(hasContainer && outermost.Index < pod.Index);
        return (
            hasContainer ? Unescaped(outermost.Groups["id"].Value) : null,
            hasPod ? pod.Groups["id"].Value.Replace('_', '-') : null);
    }

    private static Match Outermost(string path) => MachinePattern().Match(path) is { Success: true } machine
        ? machine
        : ContainerPattern().Match(path);

    // systemd-escape(1): "\x2d" in a unit's name stands for a dash.
    private static string Unescaped(string name) => name.Contains('\\', StringComparison.Ordinal)
        ? EscapePattern().Replace(name, match => $"{(char)Convert.ToByte(match.Groups["hex"].Value, 16)}")
        : name;

    [GeneratedRegex(@"(^|/)user@[0-9]+\.service/|^/user/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsersPattern();

    // Not the monitor of a container, which podman and cri-o put into a group of nearly the same name.
    [
        GeneratedRegex(
            @"(^|[/:_-])(?<!conmon-)(?<id>[0-9a-f]{64})(\.scope)?(?=/|$)|(^|/)garden/(?<id>[0-9a-f]{8}(-[0-9a-f]{4}){4})(?=/|$)",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex ContainerPattern();

    // Only at the root, where root has named them: LXC 4 and later, LXC before, systemd-nspawn's template, systemd-machined's scopes.
    // Scopes of QEMU are virtual machines, slices below machine.slice are podman's pods, and 64 digits after "lxc/" could be a container
    // that LXC has in it.
    [
        GeneratedRegex(
            @"^/(lxc\.payload[./]|lxc/)(?<id>[^/]+?)(\.service|\.scope)?(?=/|$)"
                + @"|^/machine\.slice/(systemd-nspawn@|machine-(?!qemu))(?<id>[^/]+?)\.(service|scope)(?=/|$)",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex MachinePattern();

    [
        GeneratedRegex(
            @"[/-]pod(?<id>[0-9a-f]{8}([_-][0-9a-f]{4}){3}[_-][0-9a-f]{12}|[0-9a-f]{32})(\.slice)?(?=[/:]|$)",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex PodPattern();

    [GeneratedRegex(@"\\x(?<hex>[0-9a-f]{2})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapePattern();
}
