using System.Globalization;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>
/// On which nodes' CPUs the threads of a process run: where each was last (field 39 of /proc/PID/task/TID/stat, proc_pid_stat(5)), by
/// the CPU time that it has used since it was last looked at. A thread that may no longer run there (Cpus_allowed_list of its status,
/// which is its affinity within its cpuset) counts for the nodes on whose CPUs it may. Threads that did not run say nothing, unless none
/// has and they may run on some nodes only.
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
    private readonly List<int> _allowed = [];
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
            int cpu = ProcessStat.ProcessorOf(stat);
            if (ran > 0 && nodeOf(cpu) >= 0)
            {
                AddThread(found, name, cpu, ran);
            }
        }

        (_before, _now) = (_now, _before);
        _homes = found.Count > 0 ? found : _homes.Count > 0 ? _homes : Allowed();
        return _homes;
    }

    private void AddThread(List<HomeNode> homes, string thread, int cpu, long ran)
    {
        if (!ReadAllowed(thread) || _allowed.Contains(cpu))
        {
            Add(homes, nodeOf(cpu), ran);
            return;
        }

        for (int i = 0; i < _allowed.Count; i++)
        {
            if (nodeOf(_allowed[i]) is >= 0 and var node)
            {
                Add(homes, node, Math.Max(1, ran / _allowed.Count));
            }
        }
    }

    /// <summary>The nodes on whose CPUs the first thread may run; none when it may on those of all.</summary>
    private List<HomeNode> Allowed()
    {
        List<HomeNode> found = [];
        if (ReadAllowed(string.Create(CultureInfo.InvariantCulture, $"{pid}")))
        {
            for (int i = 0; i < _allowed.Count; i++)
            {
                if (nodeOf(_allowed[i]) is >= 0 and var node)
                {
                    Add(found, node, 1);
                }
            }
        }

        return found;
    }

    private bool ReadAllowed(string thread)
    {
        _allowed.Clear();
        ReadOnlySpan<byte> status = tree.Read(
            string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/task/{thread}/status"), FileTree.MostOfProcess);
        int at = status.IndexOf("\nCpus_allowed_list:"u8);
        if (at < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> line = status[(at + "\nCpus_allowed_list:".Length)..];
        if (!IdList.TryParse(line[..(line.IndexOf((byte)'\n') is >= 0 and var end ? end : line.Length)], out List<int> cpus))
        {
            return false;
        }

        _allowed.AddRange(cpus);
        return _allowed.Count > 0;
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
