using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Where a process runs: its user and PID namespace, by their files' device and inode, which no other namespace has while they exist
/// (namespaces(7), "The /proc/pid/ns/ directory").
/// </summary>
/// <param name="User">Its user namespace.</param>
/// <param name="Pid">Its PID namespace.</param>
public readonly record struct ProcessPlace((ulong Device, ulong Inode) User, (ulong Device, ulong Inode) Pid)
{
    /// <summary>Of a process; null when it has ended, or the kernel does not say. Never waits for the process.</summary>
    public static ProcessPlace? Of(int pid) => Of(FileTree.OfHost, $"{pid}");

    /// <summary>That of this process.</summary>
    public static ProcessPlace? OfThis { get; } = Of(FileTree.OfHost, "self");

    /// <summary>The same, with /proc below another root, of a process by its folder's name.</summary>
    public static ProcessPlace? Of(FileTree tree, string process)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return NamespaceOf(tree, process, "user") is { } user && NamespaceOf(tree, process, "pid") is { } number
            ? new ProcessPlace(user, number)
            : null;
    }

    /// <summary>
    /// Whether two processes have the same root folder: one that is bind-mounted elsewhere, as systemd does for units with their own mount
    /// namespace, is still the same. False when either cannot be told.
    /// </summary>
    public static bool ShareRoot(string process, string other) =>
        NumberOf(FileTree.OfHost, $"proc/{process}/root") is { } root && NumberOf(FileTree.OfHost, $"proc/{other}/root") == root;

    // A kernel without such namespaces (CONFIG_USER_NS, CONFIG_PID_NS) has no such files: there all processes are in one.
    private static (ulong Device, ulong Inode)? NamespaceOf(FileTree tree, string process, string kind) =>
        NumberOf(tree, $"proc/{process}/ns/{kind}")
            ?? (NumberOf(tree, $"proc/{process}/ns") is not null
                && NumberOf(tree, "proc/self/ns") is not null
                && FileStatus.TryReadKnown(tree.PathOf($"proc/self/ns/{kind}"), out _) == Errno.ENOENT ? (0, 0) : null);

    private static (ulong Device, ulong Inode)? NumberOf(FileTree tree, string path) =>
        FileStatus.TryReadKnown(tree.PathOf(path), out FileStatus status) == 0 ? (status.Device, status.Inode) : null;
}
