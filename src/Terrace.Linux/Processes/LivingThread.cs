using System.Globalization;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// A thread through which a process's memory can be reached. The first thread of a process may end before the others: it stays as a
/// zombie whose /proc files of memory are empty and whose number leads to no memory (delay_group_leader in include/linux/sched/signal.h;
/// get_task_mm gives none). The others go on, and any of them has the same address space.
/// </summary>
internal static class LivingThread
{
    // A first thread that has ended stands first; of the rest nearly all are alive.
    private const int MostLookedAt = 256;

    /// <summary>
    /// The number of one: the process's own while its first thread lives, and where no thread does, because the process ends or has ended.
    /// </summary>
    public static int Of(int pid, FileTree? tree = null)
    {
        tree ??= FileTree.OfHost;
        if (Lives(tree.Read(Stat($"proc/{pid}"), FileTree.MostOfProcess)) is not false)
        {
            return pid;
        }

        foreach ((string thread, long number) in tree.Numbered($"proc/{pid}/task", "", MostLookedAt))
        {
            if (Lives(tree.Read(Stat($"proc/{pid}/task/{thread}"), FileTree.MostOfProcess)) is true)
            {
                return (int)number;
            }
        }

        return pid;
    }

    /// <summary>The folder of /proc whose files tell of the process's memory, from the root on.</summary>
    public static string FolderOf(int pid, FileTree? tree = null) =>
        Of(pid, tree) is var thread && thread == pid
            ? string.Create(CultureInfo.InvariantCulture, $"proc/{pid}")
            : string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/task/{thread}");

    /// <summary>Looks again which thread leads to a process's memory; true when it is another now.</summary>
    public static bool Renew(PidFd process)
    {
        int before = process.Thread;
        process.Thread = Of(process.Pid);
        return process.Thread != before;
    }

    private static string Stat(string folder) => folder + "/stat";

    // Null: there is no such thread.
    private static bool? Lives(ReadOnlySpan<byte> stat) =>
        ProcessStat.TryParse(stat) is { } thread ? thread is { IsExiting: false, State: not ('Z' or 'X' or 'x') } : null;
}
