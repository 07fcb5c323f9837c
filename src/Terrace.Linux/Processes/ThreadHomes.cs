using System.Globalization;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>
/// On which nodes' CPUs the threads of a process run: where each was last (field 39 of /proc/PID/task/TID/stat, proc_pid_stat(5)), by
/// the CPU time that it has used since it was last looked at. Threads that did not run say nothing.
/// </summary>
/// <param name="tree">The host, or a captured tree.</param>
/// <param name="pid">The process, which the caller pins.</param>
/// <param name="nodeOf">The node of a CPU, as of now; -1 when there is none.</param>
internal sealed class ThreadHomes(FileTree tree, int pid, Func<int, int> nodeOf)
{
    /// <summary>At most this many threads are looked at, those with the lowest numbers.</summary>
    private const int MostThreads = 64;

    private Dictionary<long, TimeSpan> _before = [];
    private Dictionary<long, TimeSpan> _now = [];
    private List<HomeNode> _homes = [];

    /// <summary>Looks; what was found at the last time when no thread has run since.</summary>
    public IReadOnlyList<HomeNode> Read()
    {
        _now.Clear();
        List<HomeNode> found = [];
        foreach ((string name, long thread) in tree.Numbered($"proc/{pid}/task", "", MostThreads))
        {
            if (tree.Read(string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/task/{name}/stat")) is not { } stat
                || ProcessCpuTime.Parse(stat) is not { } used)
            {
                continue;
            }

            _now[thread] = used;
            long ran = (used - _before.GetValueOrDefault(thread)).Ticks;
            int node = nodeOf(ProcessStat.ProcessorOf(stat));
            if (ran > 0 && node >= 0)
            {
                Add(found, node, ran);
            }
        }

        (_before, _now) = (_now, _before);
        _homes = found.Count > 0 ? found : _homes;
        return _homes;
    }

    private static void Add(List<HomeNode> homes, int node, long weight)
    {
        foreach (ref HomeNode home in CollectionsMarshal.AsSpan(homes))
        {
            if (home.Node == node)
            {
                home = home with { Weight = home.Weight + weight };
                return;
            }
        }

        homes.Add(new HomeNode(node, weight));
    }
}
