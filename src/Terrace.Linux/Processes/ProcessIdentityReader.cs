using System.Globalization;
using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>Reads who a process is from /proc; names of users come from /etc/passwd, which is read once.</summary>
public sealed class ProcessIdentityReader
{
    private const string Deleted = " (deleted)";

    private readonly FileTree _tree;
    private readonly BoundedCalls? _calls;
    private readonly Dictionary<string, string> _userNames;
    private readonly PodFolders _pods;

    /// <summary>
    /// <paramref name="root"/> is <c>/</c>, or a captured tree in tests. Command lines are read by <paramref name="calls"/>; null: by the
    /// calling thread, however long a process lets it wait.
    /// </summary>
    public ProcessIdentityReader(string root = "/", BoundedCalls? calls = null)
    {
        _calls = calls;
        _tree = new FileTree(root);
        _pods = new PodFolders(_tree);
        _userNames = UserNames(_tree.Read("etc/passwd"));
    }

    /// <summary>Processes that there are now, by number; kernel threads among them.</summary>
    public IEnumerable<int> Pids() => _tree.Numbered("proc", "").Select(entry => (int)entry.Number);

    /// <summary>Reads one; null when there is no such process, or it is a kernel thread, which has no memory of its own.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="wantsCommand">
    /// Whether its command line is needed, given all the rest; null: it is. A look at it can wait for the process, as no other of these
    /// does. That of QEMU, which has the machine's name, is always read.
    /// </param>
    public ProcessIdentity? Read(int pid, Func<ProcessIdentity, bool>? wantsCommand = null)
    {
        if (ProcessStat.TryParse(Of(pid, "stat")) is not { IsKernelThread: false } stat)
        {
            return null;
        }

        // After the first thread has ended only the others show what the process runs and where.
        string folder = stat.IsExiting ? LivingThread.FolderOf(pid, _tree) : $"proc/{pid}";
        string? executable = LinkTarget(_tree.PathOf($"{folder}/exe"));
        string? cgroup = ControlGroupPath.InFile(_tree.Read($"{folder}/cgroup", FileTree.MostOfProcess));
        string? pod = cgroup is null ? null : ControlGroupPath.PodOf(cgroup);
        PodName? podName = pod is null ? null : _pods.Of(pod);
        byte[]? status = Of(pid, "status");
        string? user = EffectiveOf("Uid:"u8, status);
        int? parent = stat.ParentPid > 0 ? stat.ParentPid : null;
        ProcessIdentity identity = new()
        {
            Pid = pid,
            Comm = stat.Name,
            ParentPid = parent,
            ParentComm = parent is null ? null : ProcessStat.TryParse(Of(parent.Value, "stat"))?.Name,
            ParentExecutable = parent is null ? null : LinkTarget(_tree.PathOf($"proc/{parent}/exe")),
            Cgroup = cgroup,
            Executable = executable,
            UserId = user,
            GroupId = EffectiveOf("Gid:"u8, status),
            UserName = user is null ? null : _userNames.GetValueOrDefault(user),
            Unit = cgroup is null ? null : ControlGroupPath.UnitOf(cgroup),
            Container = cgroup is null ? null : ControlGroupPath.ContainerOf(cgroup),
            Pod = pod,
            PodName = podName?.Name,
            Namespace = podName?.Namespace,
        };
        bool isQemu = executable is not null && QemuArguments.IsQemu(executable);
        if (!isQemu && wantsCommand?.Invoke(identity) == false)
        {
            return identity;
        }

        int error = ProcessCommandLine.TryRead(_tree, pid, _calls, out ProcessCommandLine line, folder);
        return identity with
        {
            Command = line.Text.Length > 0 ? line.Text.Replace('\0', ' ') : null,
            IsCommandCut = line.IsCut,
            HidesCommand = error == Errno.ETIMEDOUT,
            Vm = isQemu ? QemuArguments.NameIn(line.Words) : null,
        };
    }

    /// <summary>
    /// A hash of the process's control group, and of its name if asked for, to notice cheaply that they changed; null when there
    /// is no such process.
    /// </summary>
    public int? QuickHash(int pid, bool withName)
    {
        ReadOnlySpan<byte> text = Of(pid, "cgroup");
        if (text.IsEmpty)
        {
            return null;
        }

        HashCode hash = default;
        hash.AddBytes(text);
        if (withName)
        {
            hash.AddBytes(Of(pid, "comm") ?? []);
        }

        return hash.ToHashCode();
    }

    /// <summary>True when the first thread of a process has ended and others have not.</summary>
    public bool GoesOn(int pid) => ProcessStat.TryParse(Of(pid, "stat")) is { IsExiting: true } && LivingThread.Of(pid, _tree) != pid;

    private byte[]? Of(int pid, string file) => _tree.Read($"proc/{pid}/{file}", FileTree.MostOfProcess);

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
