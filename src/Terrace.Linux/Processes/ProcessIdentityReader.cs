using System.Globalization;
using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Guests;

namespace Terrace.Linux.Processes;

/// <summary>Reads who a process is from /proc; names of users come from /etc/passwd, which is read once.</summary>
public sealed class ProcessIdentityReader
{
    private const string Deleted = " (deleted)";

    private readonly FileTree _tree;
    private readonly Dictionary<string, string> _userNames;

    /// <summary><paramref name="root"/> is <c>/</c>, or a captured tree in tests.</summary>
    public ProcessIdentityReader(string root = "/")
    {
        _tree = new FileTree(root);
        _userNames = UserNames(_tree.Read("etc/passwd"));
    }

    /// <summary>Processes that there are now, by number; kernel threads among them.</summary>
    public IEnumerable<int> Pids() => _tree.Numbered("proc", "").Select(entry => (int)entry.Number);

    /// <summary>Reads one; null when there is no such process, or it is a kernel thread, which has no memory of its own.</summary>
    public ProcessIdentity? Read(int pid)
    {
        if (ProcessStat.TryParse(_tree.Read($"proc/{pid}/stat")) is not { IsKernelThread: false } stat)
        {
            return null;
        }

        string[] arguments = Arguments(_tree.Read($"proc/{pid}/cmdline"));
        string? executable = LinkTarget(_tree.PathOf($"proc/{pid}/exe"));
        string? cgroup = ControlGroupPath.InFile(_tree.Read($"proc/{pid}/cgroup"));
        byte[]? status = _tree.Read($"proc/{pid}/status");
        string? user = EffectiveOf("Uid:"u8, status);
        int? parent = stat.ParentPid > 0 ? stat.ParentPid : null;
        return new ProcessIdentity
        {
            Pid = pid,
            Comm = stat.Name,
            ParentPid = parent,
            ParentComm = parent is null ? null : ProcessStat.TryParse(_tree.Read($"proc/{parent}/stat"))?.Name,
            ParentExecutable = parent is null ? null : LinkTarget(_tree.PathOf($"proc/{parent}/exe")),
            Cgroup = cgroup,
            Executable = executable,
            Command = arguments.Length > 0 ? string.Join(' ', arguments) : null,
            UserId = user,
            GroupId = EffectiveOf("Gid:"u8, status),
            UserName = user is null ? null : _userNames.GetValueOrDefault(user),
            Unit = cgroup is null ? null : ControlGroupPath.UnitOf(cgroup),
            Container = cgroup is null ? null : ControlGroupPath.ContainerOf(cgroup),
            Pod = cgroup is null ? null : ControlGroupPath.PodOf(cgroup),
            Vm = executable is not null && QemuArguments.IsQemu(executable) ? QemuArguments.NameIn(arguments) : null,
        };
    }

    /// <summary>
    /// A hash of the process's control group, and of its name if asked for, to notice cheaply that they changed; null when there
    /// is no such process.
    /// </summary>
    public int? QuickHash(int pid, bool withName)
    {
        ReadOnlySpan<byte> text = _tree.Read($"proc/{pid}/cgroup");
        if (text.IsEmpty)
        {
            return null;
        }

        HashCode hash = default;
        hash.AddBytes(text);
        if (withName)
        {
            hash.AddBytes(_tree.Read($"proc/{pid}/comm") ?? []);
        }

        return hash.ToHashCode();
    }

    private static string[] Arguments(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? [] : Encoding.UTF8.GetString(text).TrimEnd('\0').Split('\0');

    // The lines "Uid:" and "Gid: real effective saved filesystem" of /proc/PID/status.
    private static string? EffectiveOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> text)
    {
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith(label))
            {
                line = line[label.Length..];
                KernelText.TakeWord(ref line);
                return KernelText.TryNumber(KernelText.TakeWord(ref line), out long user)
                    ? user.ToString(CultureInfo.InvariantCulture)
                    : null;
            }
        }

        return null;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            string? target = File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName;
            return target is not null && target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It exited, or is another user's.
            return null;
        }
    }

    private static Dictionary<string, string> UserNames(ReadOnlySpan<byte> passwd)
    {
        Dictionary<string, string> names = [];
        while (KernelText.TakeLine(ref passwd, out ReadOnlySpan<byte> line))
        {
            string[] fields = Encoding.UTF8.GetString(line).Split(':');
            if (fields.Length > 2)
            {
                names.TryAdd(fields[2], fields[0]);
            }
        }

        return names;
    }
}
