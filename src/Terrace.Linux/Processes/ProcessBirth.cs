namespace Terrace.Linux.Processes;

/// <summary>When a process was started, which with its number names it for good.</summary>
public static class ProcessBirth
{
    /// <summary>Clock ticks from the machine's start to the process's; null when there is no such process.</summary>
    public static long? TicksOf(int pid) => ProcessStat.TryRead(pid)?.StartTicks;
}
