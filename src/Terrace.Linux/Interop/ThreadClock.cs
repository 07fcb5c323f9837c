namespace Terrace.Linux.Interop;

/// <summary>
/// Processor time of one thread of this process, asked for by any of its threads
/// (https://man7.org/linux/man-pages/man2/clock_getres.2.html).
/// </summary>
public sealed class ThreadClock
{
    // CPUCLOCK_PERTHREAD_MASK and CPUCLOCK_SCHED, include/linux/posix-timers.h: a thread's clock is its number's complement, and these.
    private const int PerThread = 4;
    private const int Scheduled = 2;

    private readonly int _clock;

    private ThreadClock(int thread) => _clock = (~thread << 3) | PerThread | Scheduled;

    /// <summary>That of the calling thread.</summary>
    public static ThreadClock OfThisThread => new((int)Libc.SystemCall(Libc.SYS_gettid, 0, 0, 0, 0, 0, 0));

    /// <summary>What the thread has taken so far; null when it has ended.</summary>
    public unsafe TimeSpan? Spent
    {
        get
        {
            // struct timespec.
            long* time = stackalloc long[2];
            return Libc.SystemCall(Libc.SYS_clock_gettime, _clock, (nint)time, 0, 0, 0, 0) == 0
                ? new TimeSpan((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick))
                : null;
        }
    }
}
