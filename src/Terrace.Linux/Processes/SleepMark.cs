using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// How often and how long a process with one thread has run, as long as it sleeps: where two marks are equal it has not run in
/// between. By /proc/PID/schedstat (Documentation/scheduler/sched-stats.rst): its time is exact to the nanosecond, its count grows
/// whenever the thread is given a CPU. CPU time by /proc/PID/stat is in steps of 10 ms.
/// </summary>
/// <param name="RunNanoseconds">Time on a CPU.</param>
/// <param name="Runs">How often it was given one.</param>
internal readonly record struct SleepMark(long RunNanoseconds, long Runs)
{
    /// <summary>Fields of stat between the state and num_threads, field 20 (proc_pid_stat(5)).</summary>
    private const int FieldsToThreads = 16;

    /// <summary>
    /// That of the process which has the number now; null when it is running or about to (its time may not be up to date), when
    /// it has more threads than one, of which schedstat tells only the first, and where the kernel does not tell.
    /// </summary>
    public static SleepMark? Of(int pid)
    {
        Span<byte> text = stackalloc byte[1536];
        int read = BriefFile.ReadOnce(pid, "stat"u8, text);
        if (read <= 0 || !SleepsAlone(text[..read]))
        {
            return null;
        }

        read = BriefFile.ReadOnce(pid, "schedstat"u8, text);
        return read > 0 ? Parse(text[..read]) : null;
    }

    /// <summary>
    /// True when a line of stat is that of a process with one thread that neither runs nor is about to, in a sleep of its own. In a sleep
    /// that the kernel does not let it be woken from (D) it may be waiting for a child of vfork(2), which runs in its memory meanwhile
    /// (wait_for_vfork_done, kernel/fork.c).
    /// </summary>
    internal static bool SleepsAlone(ReadOnlySpan<byte> stat)
    {
        int close = stat.LastIndexOf((byte)')');
        ReadOnlySpan<byte> rest = stat[(close + 1)..];
        ReadOnlySpan<byte> state = KernelText.TakeWord(ref rest);
        for (int i = 0; i < FieldsToThreads; i++)
        {
            KernelText.TakeWord(ref rest);
        }

        return close >= 0
            && (state.SequenceEqual("S"u8) || state.SequenceEqual("T"u8))
            && KernelText.TryNumber(KernelText.TakeWord(ref rest), out long threads)
            && threads == 1;
    }

    /// <summary>The first and the third number of schedstat; null when it has not got them, or they do not count (0 0 0).</summary>
    internal static SleepMark? Parse(ReadOnlySpan<byte> schedstat)
    {
        ReadOnlySpan<byte> line = schedstat.TrimEnd((byte)'\n');
        return KernelText.TryNumber(KernelText.TakeWord(ref line), out long time)
            && KernelText.TryNumber(KernelText.TakeWord(ref line), out _)
            && KernelText.TryNumber(KernelText.TakeWord(ref line), out long runs)
            && runs > 0
            ? new SleepMark(time, runs)
            : null;
    }
}
