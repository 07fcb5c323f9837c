using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Names of Kubernetes pods by their identifiers, from the folders of their logs: /var/log/pods/NAMESPACE_NAME_UID. The kubelet makes one
/// before it starts a pod's first container (BuildPodLogsDirectory in pkg/kubelet/kuberuntime/helpers.go), so a process of a pod
/// finds it. The folder is root's.
/// </summary>
internal sealed class PodFolders(FileTree tree, TimeProvider? time = null)
{
    private const string Folder = "var/log/pods";

    // A node has some hundred pods. Nobody but root makes folders here; a broken log rotation may leave many.
    private const int MostFolders = 16384;
    private const int ParsedParts = 3;

    // The kernel stamps changes of a folder with the time of its last tick: of one that changed just now more may come with the same stamp.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<string, PodName> _names = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long? _readAsOf;

    /// <summary>The name of a pod; null where it is not known.</summary>
    public PodName? Of(string pod)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(pod, out PodName? name))
            {
                return name;
            }

            // A new pod's folder changes the folder of all, which may be a link.
            long changed = FileStatus.TryRead(tree.PathOf(Folder), out FileStatus status) == 0 ? status.ChangedNanoseconds : 0;
            if (changed != _readAsOf)
            {
                Refresh();
                DateTimeOffset since = DateTimeOffset.UnixEpoch.AddTicks(changed / TimeSpan.NanosecondsPerTick);
                _readAsOf = _time.GetUtcNow() - since > s_settled ? changed : null;
            }

            return _names.GetValueOrDefault(pod);
        }
    }

    /// <summary>
    /// Reads the name of one folder. Neither namespaces nor names of pods have underscores (RFC 1123), so the parts are certain; the
    /// identifier of a pod that comes from a file of the node is 32 digits.
    /// </summary>
    internal static (string Pod, PodName Name)? TryParse(string folder)
    {
        string[] parts = folder.Split('_');
        return parts.Length == ParsedParts && Array.TrueForAll(parts, part => part.Length > 0)
            ? (parts[2], new PodName(parts[0], parts[1]))
            : null;
    }

    private void Refresh()
    {
        _names.Clear();
        foreach (string folder in tree.Names(Folder, MostFolders))
        {
            if (TryParse(folder) is { } found)
            {
                _names[found.Pod] = found.Name;
            }
        }
    }
}
