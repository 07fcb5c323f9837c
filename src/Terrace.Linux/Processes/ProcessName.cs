namespace Terrace.Linux.Processes;

/// <summary>What a process is called.</summary>
public static class ProcessName
{
    /// <summary>Name of its first thread, up to 15 bytes; null when there is no such process.</summary>
    public static string? Of(int pid) => ProcessStat.TryRead(pid)?.Name;
}
