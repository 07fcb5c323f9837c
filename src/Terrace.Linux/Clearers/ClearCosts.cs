namespace Terrace.Linux.Clearers;

/// <summary>
/// What the ways of clearing accessed bits have taken on this machine, for processes that have not been cleared yet. Not thread-safe
/// beyond that a figure may be an older one.
/// </summary>
internal sealed class ClearCosts(TimeProvider? time = null)
{
    /// <summary>
    /// What /proc/PID/clear_refs takes for a base page until it has been measured: 22 ms for 1 GiB (Linux 6.18, natively).
    /// </summary>
    private const double UsualNsPerPage = 84;

    /// <summary>What a clear weighs against those before.</summary>
    private const double Weight = 0.2;

    /// <summary>Small processes tell of the call, not of pages.</summary>
    private const long LeastPages = 4096;

    /// <summary>After this time it is tried again whether pieces have become cheaper.</summary>
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private double _nsPerPage;
    private long? _piecesWereDear;

    /// <summary>How long clear_refs is expected to hold the lock of a process of some pages.</summary>
    public TimeSpan ExpectedFor(long pages) => TimeSpan.FromMicroseconds(pages * (_nsPerPage > 0 ? _nsPerPage : UsualNsPerPage) / 1000);

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
}
