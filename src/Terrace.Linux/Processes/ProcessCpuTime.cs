using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// CPU time of a process, by /proc/PID/stat (proc_pid_stat(5)). The kernel takes its sum from the scheduler's exact times of all
/// threads, ended ones too, and
/// rounds it then (cputime_adjust, kernel/sched/cputime.c).
/// </summary>
internal static class ProcessCpuTime
{
    /// <summary>USER_HZ: the steps that /proc counts in, the same on all x86-64 kernels (include/asm-generic/param.h).</summary>
    private const int StepsPerSecond = 100;

    private const long TicksPerStep = TimeSpan.TicksPerSecond / StepsPerSecond;

    /// <summary>What two of fit into a <see cref="TimeSpan"/>; a thousand processors need a decade for it.</summary>
    private const long MaxSteps = long.MaxValue / TicksPerStep / 2;

    /// <summary>Fields from the state to utime, field 14.</summary>
    private const int FieldsBefore = 11;

    /// <summary>Fields from cutime to vsize, after which comes rss, field 24.</summary>
    private const int FieldsBetween = 8;

    /// <summary>That of the process which has the number now; null when there is none.</summary>
    public static TimeSpan? Of(int pid)
    {
        // Longer than any line can be: 52 numbers, and a name of 15 bytes.
        Span<byte> text = stackalloc byte[1536];
        int read = BriefFile.ReadOnce(pid, "stat"u8, text);
        return read > 0 ? Parse(text[..read]) : null;
    }

    /// <summary>The same, and pages in memory, with one reading; null and 0 when there is no such process.</summary>
    public static (TimeSpan? CpuTime, long ResidentPages) ActivityOf(int pid)
    {
        Span<byte> text = stackalloc byte[1536];
        int read = BriefFile.ReadOnce(pid, "stat"u8, text);
        return read > 0 ? (Parse(text[..read]), ResidentPages(text[..read])) : (null, 0);
    }

    /// <summary>rss of a line of stat, pages; 0 when it is not one.</summary>
    internal static long ResidentPages(ReadOnlySpan<byte> stat)
    {
        ReadOnlySpan<byte> rest = stat[(stat.LastIndexOf((byte)')') + 1)..];
        for (int i = 0; i < FieldsBefore + 2 + FieldsBetween; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        return KernelText.TryNumber(KernelText.TakeWord(ref rest), out long pages) && pages > 0 ? pages : 0;
    }

    /// <summary>utime and stime of a line of stat; null when it is not one.</summary>
    internal static TimeSpan? Parse(ReadOnlySpan<byte> stat)
    {
        // The name may hold anything: it ends at the last ')'.
        int close = stat.LastIndexOf((byte)')');
        ReadOnlySpan<byte> rest = stat[(close + 1)..];
        for (int i = 0; i < FieldsBefore; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        return close >= 0
            && KernelText.TryNumber(KernelText.TakeWord(ref rest), out long user)
            && KernelText.TryNumber(KernelText.TakeWord(ref rest), out long system)
            && user is >= 0 and <= MaxSteps
            && system is >= 0 and <= MaxSteps
            ? new TimeSpan((user + system) * TicksPerStep)
            : null;
    }
}
