using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// What the ways of clearing accessed bits take on this machine. Not thread-safe beyond that a figure may be an older one.
/// </summary>
internal sealed class ClearCosts(TimeProvider? time = null)
{
    /// <summary>
    /// What /proc/PID/clear_refs takes for a base page at least: 22 ms for 1 GiB (Linux 6.18, natively).
    /// </summary>
    private const double UsualNsPerPage = 84;

    /// <summary>After this time it is tried again whether pieces have become cheaper.</summary>
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lazy<double> _own = new(MeasureOwn);
    private long? _piecesWereDear;

    /// <summary>How long clear_refs takes for a base page, nanoseconds, as far as that is known without clearing another process.</summary>
    public double NsPerPage => _own.Value;

    /// <summary>Pieces took many times as long as clear_refs does, not long ago.</summary>
    public bool PiecesAreDear => _piecesWereDear is { } at && _time.GetElapsedTime(at) < s_tryAgain;

    /// <summary>Notes that pieces took too long.</summary>
    public void NoteDear() => _piecesWereDear = _time.GetTimestamp();

    /// <summary>
    /// Clears this process's own accessed bits, which takes a millisecond, and does no harm: nanoseconds for a page.
    /// </summary>
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
