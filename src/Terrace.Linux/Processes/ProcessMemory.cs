using System.Buffers.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>How much memory a process has, by /proc/PID/statm (proc_pid_statm(5)), whose counts lag a little behind.</summary>
internal static class ProcessMemory
{
    /// <summary>Pages in memory of the process which has the number now; 0 when there is none.</summary>
    public static long ResidentPagesOf(int pid)
    {
        Span<byte> text = stackalloc byte[256];
        int read = BriefFile.ReadOnce(pid, "statm"u8, text);
        return read > 0 ? Resident(text[..read]) : 0;
    }

    /// <summary>The same of a process that is pinned, whether its first thread continues or not.</summary>
    public static long ResidentPagesOf(PidFd process) => PagesOf(process).Resident;

    /// <summary>
    /// Pages in memory of a pinned process, and those of them that are of files or shared memory, which others may map too.
    /// </summary>
    public static (long Resident, long Shared) PagesOf(PidFd process)
    {
        Span<byte> text = stackalloc byte[256];
        int read = BriefFile.ReadOnce(BriefFile.PathOf(process, "statm"u8, stackalloc byte[BriefFile.PathBytes]), text);
        ReadOnlySpan<byte> left = text[..Math.Max(0, read)];
        long resident = Resident(left);
        KernelText.TakeWord(ref left);
        KernelText.TakeWord(ref left);
        return (resident, Utf8Parser.TryParse(KernelText.TakeWord(ref left), out long shared, out _) ? shared : 0);
    }

    /// <summary>The second number of statm's line; 0 when there is none.</summary>
    internal static long Resident(ReadOnlySpan<byte> statm)
    {
        KernelText.TakeWord(ref statm);
        return Utf8Parser.TryParse(KernelText.TakeWord(ref statm), out long pages, out _) ? pages : 0;
    }
}
