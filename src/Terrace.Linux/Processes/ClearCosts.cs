using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>What clearing accessed bits takes on this machine, as far as that is known without clearing another process.</summary>
internal sealed class ClearCosts
{
    /// <summary>What /proc/PID/clear_refs takes for a base page at least: 22 ms for 1 GiB (Linux 6.18, natively).</summary>
    private const double UsualNsPerPage = 84;

    private readonly Lazy<double> _own = new(MeasureOwn);

    /// <summary>How long clear_refs takes for a base page, nanoseconds.</summary>
    public double NsPerPage => _own.Value;

    /// <summary>Clears this process's own accessed bits, which takes a millisecond and does no harm: nanoseconds for a page.</summary>
    private static double MeasureOwn()
    {
        long pages = ProcessMemory.ResidentPagesOf(Environment.ProcessId);
        using BriefFile file = BriefFile.OpenWrite("/proc/self/clear_refs\0"u8);
        long begun = Stopwatch.GetTimestamp();
        return file.Write("1"u8) > 0 && pages > 0
            ? Math.Max(UsualNsPerPage, Stopwatch.GetElapsedTime(begun).TotalNanoseconds / pages)
            : UsualNsPerPage;
    }
}
