using System.Text.RegularExpressions;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>What the path of a control group says of the processes in it.</summary>
public static partial class ControlGroupPath
{
    private static readonly string[] _unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"];

    /// <summary>
    /// The path in /proc/PID/cgroup (https://man7.org/linux/man-pages/man7/cgroups.7.html): the line "0::PATH" of cgroup v2; on
    /// hosts with v1 only, that of systemd's named hierarchy.
    /// </summary>
    public static string? InFile(ReadOnlySpan<byte> text)
    {
        string? named = null;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("0::"u8) && line.Length > "0::/"u8.Length)
            {
                return System.Text.Encoding.UTF8.GetString(line["0::"u8.Length..]);
            }

            int at = line.IndexOf(":name=systemd:"u8);
            named = at >= 0 ? System.Text.Encoding.UTF8.GetString(line[(at + ":name=systemd:"u8.Length)..])
                : line.SequenceEqual("0::/"u8) ? named ?? "/"
                : named;
        }

        return named;
    }

    /// <summary>
    /// The systemd unit (systemd.unit(5)), or null: the outermost, which the system's manager has named. What is below it, a user's
    /// manager, a container or the service itself has named, as it liked.
    /// </summary>
    public static string? UnitOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Split('/')
            .FirstOrDefault(part => Array.Exists(_unitSuffixes, suffix => part.EndsWith(suffix, StringComparison.Ordinal)));
    }

    /// <summary>True below a user's own service manager (user@.service), where all names are that user's choice.</summary>
    public static bool IsUsers(string path) => UsersPattern().IsMatch(path);

    /// <summary>
    /// The 64 hexadecimal digits by which docker, podman, containerd and cri-o name a container's control group, or null: the outermost,
    /// and none that a user has named (<see cref="IsUsers"/>).
    /// </summary>
    public static string? ContainerOf(string path) =>
        !IsUsers(path) && ContainerPattern().Match(path) is { Success: true } first ? first.Groups["id"].Value : null;

    /// <summary>The pod's identifier in a path that kubelet made (…/kubepods…/pod…), with dashes, or null.</summary>
    public static string? PodOf(string path) =>
        !IsUsers(path) && PodPattern().Match(path) is { Success: true } match ? match.Groups["id"].Value.Replace('_', '-') : null;

    [GeneratedRegex(@"(^|/)user@[0-9]+\.service/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsersPattern();

    [GeneratedRegex(@"(^|[/:-])(?<id>[0-9a-f]{64})(\.scope)?(?=/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerPattern();

    [
        GeneratedRegex(
            @"[/-]pod(?<id>[0-9a-f]{8}([_-][0-9a-f]{4}){3}[_-][0-9a-f]{12}|[0-9a-f]{32})(\.slice)?(?=/|$)",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex PodPattern();
}
