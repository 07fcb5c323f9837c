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
    /// <summary>At most this many threads are looked at each time, other ones each time where there are more.</summary>
    private const int MostThreads = 64;

    private const int MostListed = 65_536;

    private Dictionary<long, TimeSpan> _before = [];
    private Dictionary<long, TimeSpan> _now = [];
    private int _next;
    private readonly List<int> _allowed = [];
    private List<HomeNode> _homes = [];

    /// <summary>
    /// Looks; what was found at the last time when no thread has run since. Where only some of the threads were looked at, what was found
    /// of the others before counts too, by half.
    /// </summary>
    public IReadOnlyList<HomeNode> Read()
    {
        _now.Clear();
        List<HomeNode> found = [];
        List<(string Name, long Number)> threads = tree.Numbered($"proc/{pid}/task", "", MostListed);
        bool all = threads.Count <= MostThreads;
        int first = all ? 0 : _next % threads.Count;
        _next = first + MostThreads;
        for (int i = 0; i < Math.Min(threads.Count, MostThreads); i++)
        {
            (string name, long thread) = threads[(first + i) % threads.Count];
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

        if (!all)
        {
            Remember(threads, found);
        }

        (_before, _now) = (_now, _before);
        _homes = found.Count > 0 ? found : _homes.Count > 0 ? _homes : Allowed();
        return _homes;
    }

    /// <summary>Takes over what is known of threads that were not looked at this time, and half of what was found of them.</summary>
    private void Remember(List<(string Name, long Number)> threads, List<HomeNode> found)
    {
        foreach ((_, long thread) in threads)
        {
            if (_before.TryGetValue(thread, out TimeSpan used))
            {
                _ = _now.TryAdd(thread, used);
            }
        }

        foreach (HomeNode home in _homes)
        {
            if (home.Weight > 1)
            {
                Add(found, home.Node, home.Weight / 2);
            }
        }
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
