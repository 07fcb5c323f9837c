using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.ControlGroups;

/// <summary>
/// The top level of the control groups (cgroup v2) as far as cpusets go: Documentation/admin-guide/cgroup-v2.rst, "Cpuset". The
/// root group itself has no
/// cpuset.mems: its processes and the kernel's threads may always use all nodes.
/// </summary>
public sealed class CpusetTree(string root = "/")
{
    private const string Folder = "sys/fs/cgroup";
    private const string Controller = "cpuset";

    private readonly FileTree _tree = new(root);

    /// <summary>There is a cgroup v2 hierarchy that has the cpuset controller.</summary>
    public bool IsOffered => Words($"{Folder}/cgroup.controllers").Contains(Controller);

    /// <summary>The controller is switched on for top-level groups, so that they have cpuset.mems.</summary>
    public bool IsOn => Words($"{Folder}/cgroup.subtree_control").Contains(Controller);

    /// <summary>All top-level groups, by name.</summary>
    public IReadOnlyList<CpusetGroup> Groups()
    {
        List<CpusetGroup> groups = [];
        foreach (string name in _tree.Names(Folder).Order(StringComparer.Ordinal))
        {
            // Only a group below the root has this file (Documentation/admin-guide/cgroup-v2.rst, cgroup.type).
            if (_tree.Read($"{Folder}/{name}/cgroup.type") is not null)
            {
                string? mems = _tree.Read($"{Folder}/{name}/cpuset.mems") is { } text ? Encoding.ASCII.GetString(text).Trim() : null;
                groups.Add(new CpusetGroup(
                    name, mems, mems is not null && IdList.TryParse(Encoding.ASCII.GetBytes(mems), out List<int> nodes) ? nodes : [])
                {
                    HasCpus = Words($"{Folder}/{name}/cpuset.cpus").Length > 0,
                    BytesByNode = NumaStat.Parse(_tree.Read($"{Folder}/{name}/memory.numa_stat"))?.ToDictionary(
                        node => node.Node, node => node.AnonBytes + node.FileBytes),
                });
            }
        }

        return groups;
    }

    /// <summary>Processes, not kernel threads, of the root group, which no cpuset can restrict.</summary>
    public IReadOnlyList<int> RootProcesses()
    {
        List<int> pids = [];
        ReadOnlySpan<byte> text = _tree.Read($"{Folder}/cgroup.procs");
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            // A kernel thread has no command line.
            if (KernelText.TryNumber(line, out long pid) && _tree.Read($"proc/{pid}/cmdline") is { Length: > 0 })
            {
                pids.Add((int)pid);
            }
        }

        return pids;
    }

    /// <summary>Switches the controller on or off for top-level groups: 0, or the error number (EBUSY: a group uses it).</summary>
    public int Switch(bool on) => _tree.Write($"{Folder}/cgroup.subtree_control", Encoding.ASCII.GetBytes((on ? "+" : "-") + Controller));

    /// <summary>
    /// Sets a group's nodes; empty for what its parent has. The kernel moves pages of the group's processes that lie on other
    /// nodes to these (since Linux 5.15).
    /// 0, or the error number.
    /// </summary>
    public int SetMems(string group, string mems) =>
        _tree.Write($"{Folder}/{group}/cpuset.mems", Encoding.ASCII.GetBytes(mems + "\n")); // a newline alone empties the list

    /// <summary>
    /// Gives a group back the nodes it had: 0, or the error number. A group with processes that had none of its own gets all
    /// possible nodes instead, which has the same
    /// effect: the kernel does not empty its list any more (kernel/cgroup/cpuset.c, validate_change: ENOSPC).
    /// </summary>
    public int RestoreMems(string group, string mems)
    {
        ArgumentNullException.ThrowIfNull(mems);
        int error = SetMems(group, mems);
        return error == Errno.ENOSPC && mems.Length == 0 && _tree.Read("sys/devices/system/node/possible") is { } possible
            ? SetMems(group, Encoding.ASCII.GetString(possible).Trim())
            : error;
    }

    private string[] Words(string file) =>
        _tree.Read(file) is { } text ? Encoding.ASCII.GetString(text).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];
}
