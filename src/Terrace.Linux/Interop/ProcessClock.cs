namespace Terrace.Linux.Interop;

/// <summary>
/// Processor time of all threads of a process, ended ones too, exact to the nanosecond, by one system call on any process
/// (clock_getcpuclockid(3), kernel/time/posix-cpu-timers.c). No file is opened
/// and nothing formatted for it, unlike for /proc/PID/stat, and it has no steps.
/// </summary>
internal static class ProcessClock
{
    // CPUCLOCK_SCHED, include/linux/posix-timers.h: a process's clock is its number's complement, and this.
    private const int Scheduled = 2;

    /// <summary>That of the process which has the number now, nanoseconds; null when there is none.</summary>
    public static unsafe long? NanosecondsOf(int pid)
    {
        // struct timespec.
        long* time = stackalloc long[2];
        return Libc.SystemCall(Libc.SYS_clock_gettime, (~pid << 3) | Scheduled, (nint)time, 0, 0, 0, 0) == 0
            ? (time[0] * 1_000_000_000) + time[1]
            : null;
    }
}
