using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>
/// The lines of /proc/PID/cgroup (https://man7.org/linux/man-pages/man7/cgroups.7.html): one for each hierarchy that the kernel has, v2 and
/// every one of v1. A process may be in another group in each.
/// </summary>
internal sealed class ControlGroupLines
{
    private const string Deleted = " (deleted)";

    // Of v1, in the order in which they are asked. All runtimes put containers into the groups of these.
    private static readonly string[] s_controllers = ["memory", "cpuset", "pids", "cpu", "devices", "freezer"];

    private readonly string?[] _ofControllers = new string?[s_controllers.Length];
    private string? _unified;
    private string? _systemd;

    private ControlGroupLines()
    {
    }

    /// <summary>The text of the file.</summary>
    public static ControlGroupLines Read(ReadOnlySpan<byte> text)
    {
        ControlGroupLines lines = new();
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            // "NUMBER:CONTROLLERS:PATH": paths may have colons too, as those of containerd do ("…slice:cri-containerd:ID").
            int first = line.IndexOf((byte)':');
            int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)':');
            if (second >= 0)
            {
                lines.Add(line[..first], line.Slice(first + 1, second), line[(first + second + 2)..]);
            }
        }

        return lines;
    }

    /// <summary>
    /// The group that says most of what the process belongs to. On hosts with v1 the runtime may have put a container into v1's groups
    /// alone, and left the process in the runtime's own group of v2, where all its containers are. So the first hierarchy whose path names
    /// a container or a pod counts: v2, systemd's own, then those of controllers. Where none does, v2, unless it is not used.
    /// </summary>
    public string? Path
    {
        get
        {
            string?[] all = [_unified, _systemd, .. _ofControllers];

            // In the hierarchies that systemd keeps a user's service manager has groups of its own: what others say does not count then.
            string? naming = (_unified is not null && ControlGroupPath.IsUsers(_unified))
                || (_systemd is not null && ControlGroupPath.IsUsers(_systemd))
                ? null
                : Array.Find(all, path => path is not null && ControlGroupPath.NamesWork(path));
            return naming
                ?? Array.Find([_unified, _systemd], path => path is { Length: > 1 })
                ?? _systemd
                ?? _unified
                ?? Array.Find(_ofControllers, path => path is not null);
        }
    }

    /// <summary>The group whose memory the kernel accounts for: v1's where the memory controller is there, else that of v2.</summary>
    public string? OfMemory => _ofControllers[0] ?? _unified;

    private void Add(ReadOnlySpan<byte> number, ReadOnlySpan<byte> controllers, ReadOnlySpan<byte> path)
    {
        if (controllers.IsEmpty && number.SequenceEqual("0"u8))
        {
            _unified = TextOf(path);
            return;
        }

        if (controllers.SequenceEqual("name=systemd"u8))
        {
            _systemd = TextOf(path);
            return;
        }

        foreach (Range part in controllers.Split((byte)','))
        {
            int at = Array.IndexOf(s_controllers, Encoding.UTF8.GetString(controllers[part]));
            if (at >= 0)
            {
                _ofControllers[at] = TextOf(path);
            }
        }
    }

    // What was removed while a process is in it has a mark (cgroups(7)).
    private static string TextOf(ReadOnlySpan<byte> path)
    {
        string text = Encoding.UTF8.GetString(path);
        return text.EndsWith(Deleted, StringComparison.Ordinal) ? text[..^Deleted.Length] : text;
    }
}
