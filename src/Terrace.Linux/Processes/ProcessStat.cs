using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>What Terrace uses of /proc/PID/stat (proc_pid_stat(5)).</summary>
/// <param name="Name">The command's name, up to 15 bytes.</param>
/// <param name="State">One letter; Z is a zombie.</param>
/// <param name="ParentPid">The parent.</param>
/// <param name="IsKernelThread">PF_KTHREAD (include/linux/sched.h).</param>
internal sealed record ProcessStat(string Name, char State, int ParentPid, bool IsKernelThread)
{
    private const long PF_EXITING = 0x0000_0004;
    private const long PF_KTHREAD = 0x0020_0000;

    /// <summary>PF_EXITING: it ends, and shows no memory any more.</summary>
    public bool IsExiting { get; init; }

    /// <summary>
    /// When it was started, in clock ticks since the machine's start; with its number it names a process for good. 0 where that
    /// is not told.
    /// </summary>
    public long StartTicks { get; init; }

    /// <summary>Reads it; null when there is no such process.</summary>
    public static ProcessStat? TryRead(int pid, string root = "/") => TryParse(new FileTree(root).Read($"proc/{pid}/stat"));

    /// <summary>The CPU that a line of stat says the thread was last on, field 39; -1 when it does not say.</summary>
    internal static int ProcessorOf(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text[(text.LastIndexOf((byte)')') + 1)..].TrimEnd((byte)'\n');

        // state to exit_signal, fields 3 to 38.
        for (int i = 0; i < 36; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        return KernelText.TryNumber(KernelText.TakeWord(ref rest), out long cpu) && cpu is >= 0 and <= int.MaxValue ? (int)cpu : -1;
    }

    /// <summary>Parses; null when it is not such a line.</summary>
    public static ProcessStat? TryParse(ReadOnlySpan<byte> text)
    {
        // The name may hold anything, parentheses and spaces too: it ends at the last ')'.
        int open = text.IndexOf((byte)'(');
        int close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = text[(close + 1)..].TrimEnd((byte)'\n');
        ReadOnlySpan<byte> state = KernelText.TakeWord(ref rest);
        if (state.Length != 1 || !KernelText.TryNumber(KernelText.TakeWord(ref rest), out long parent))
        {
            return null;
        }

        // pgrp, session, tty_nr, tpgid.
        for (int i = 0; i < 4; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        if (!KernelText.TryNumber(KernelText.TakeWord(ref rest), out long flags))
        {
            return null;
        }

        // minflt to itrealvalue, fields 10 to 21.
        for (int i = 0; i < 12; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        _ = KernelText.TryNumber(KernelText.TakeWord(ref rest), out long start);
        return new ProcessStat(
            Encoding.UTF8.GetString(text[(open + 1)..close]),
            (char)state[0],
            (int)parent,
            (flags & PF_KTHREAD) != 0)
        { StartTicks = start, IsExiting = (flags & PF_EXITING) != 0 };
    }
}
