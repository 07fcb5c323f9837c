using Terrace.Core.Machine;
using Terrace.Host.Control;
using Terrace.Linux.ControlGroups;

namespace Terrace.Host.Daemon;

/// <summary>
/// Puts the kernel's own account of control groups next to that of the targets. Reads one file for each group, so not on the
/// loop's thread.
/// </summary>
internal static class CgroupAccounts
{
    /// <summary>
    /// The target with the accounts of its processes' control groups; of the root group, which is the whole host, and where the
    /// kernel keeps none, there is none.
    /// </summary>
    public static GroupStatus AddTo(GroupStatus group, Topology topology, string root = "/") => group with
    {
        Cgroups =
        [
            .. group.Processes
                .Where(process => process.Cgroup is not (null or "/"))
                .GroupBy(process => process.Cgroup!, StringComparer.Ordinal)
                .OrderBy(members => members.Key, StringComparer.Ordinal)
                .Select(members => Of(members.Key, members, topology, root))
                .OfType<CgroupStatus>(),
        ],
    };

    private static CgroupStatus? Of(string path, IEnumerable<TargetStatus> members, Topology topology, string root) =>
        NumaStat.Read(path, root) is not { } nodes ? null : new CgroupStatus
        {
            Path = path,
            ManagedBytes = members.Sum(member => member.Bytes),
            ManagedFastBytes = members.Sum(member => member.FastBytes),
            Nodes =
            [
                .. nodes.Select(node => new CgroupNodeStatus
                {
                    Node = node.Node,
                    Tier = topology.TierOf(node.Node) is >= 0 and int tier ? tier : null,
                    AnonBytes = node.AnonBytes,
                    FileBytes = node.FileBytes,
                    UnmappedFileBytes = node.UnmappedFileBytes,
                    ShmemBytes = node.ShmemBytes,
                    KernelBytes = node.KernelBytes,
                }),
            ],
        };
}
