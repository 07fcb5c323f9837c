using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// What the ways of clearing accessed bits have taken on this machine, for processes that have not been cleared yet. Not thread-safe
/// beyond that a figure may be an older one.
/// </summary>
internal sealed class ClearCosts(TimeProvider? time = null)
{
    /// <summary>
    /// What /proc/PID/clear_refs takes for a base page at least until it has been measured on another process: 22 ms for 1 GiB (Linux
    /// 6.18, natively).
    /// </summary>
    private const double UsualNsPerPage = 84;

    /// <summary>What a clear weighs against those before.</summary>
    private const double Weight = 0.2;

    /// <summary>Of small processes it is the call that costs, not the pages.</summary>
    private const long LeastPages = 4096;

    /// <summary>After this time it is tried again whether pieces have become cheaper.</summary>
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lazy<double> _own = new(MeasureOwn);
    private double _nsPerPage;
    private long? _piecesWereDear;

    /// <summary>How long clear_refs is expected to hold the lock of a process of some pages.</summary>
    public TimeSpan ExpectedFor(long pages) => TimeSpan.FromMicroseconds(pages * (_nsPerPage > 0 ? _nsPerPage : _own.Value) / 1000);

    /// <summary>Pieces took many times as long as clear_refs does, not long ago.</summary>
    public bool PiecesAreDear => _piecesWereDear is { } at && _time.GetElapsedTime(at) < s_tryAgain;

    /// <summary>Notes a clear by clear_refs.</summary>
    public void Note(long pages, TimeSpan took)
    {
        if (pages >= LeastPages)
        {
            double nsPerPage = took.TotalNanoseconds / pages;
            _nsPerPage = _nsPerPage > 0 ? _nsPerPage + (Weight * (nsPerPage - _nsPerPage)) : nsPerPage;
        }
    }

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
