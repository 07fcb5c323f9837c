using System.Globalization;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// A thread through which a process's memory can be reached. The first thread of a process may end before the others: it stays as a
/// zombie whose /proc files of memory are empty and whose number leads to no memory (delay_group_leader in include/linux/sched/signal.h;
/// get_task_mm gives none). The others continue, and any of them has the same address space.
/// </summary>
internal static class LivingThread
{
    // A first thread that has ended stands first; of the rest nearly all are alive.
    private const int MostLookedAt = 256;

    // ppid, pgrp, session, tty_nr, tpgid.
    private const int FieldsToFlags = 5;

    private const long PF_EXITING = 0x0000_0004;

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

    /// <summary>The folder of /proc whose files show the process's memory, from the root on.</summary>
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

    // Null: there is no such thread. State and flags of proc_pid_stat(5); the name before them may hold anything, and ends at the last ')'.
    private static bool? Lives(ReadOnlySpan<byte> stat)
    {
        ReadOnlySpan<byte> rest = stat[(stat.LastIndexOf((byte)')') + 1)..].TrimEnd((byte)'\n');
        ReadOnlySpan<byte> state = KernelText.TakeWord(ref rest);
        for (int i = 0; i < FieldsToFlags; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        return state.Length != 1 || !KernelText.TryNumber(KernelText.TakeWord(ref rest), out long flags) ? null
            : "ZXx"u8.IndexOf(state) < 0 && (flags & PF_EXITING) == 0;
    }
}
