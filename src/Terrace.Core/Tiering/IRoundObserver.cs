using Terrace.Core.Migration;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Receives what the engine does, for sums, event streams, pictures and tests. Moves are reported as they are made, so that who
/// adds them up knows the truth at every instant; rounds when they end, finished or not.
/// </summary>
public interface IRoundObserver
{
    /// <summary>
    /// A round has ended and its moves were made. <paramref name="heat"/> is the target's heat map as decided upon and may be
    /// read only during the call.
    /// </summary>
    void OnRound(RoundReport report, HeatMap heat);

    /// <summary>
    /// A plan was made (only its planned pages are not 0), or a slice of one was carried out. The round's report has the same
    /// again, as a sum. <paramref name="moves"/> may be read only during the call.
    /// </summary>
    void OnMoves(int pid, MoveReport moves)
    {
    }

    /// <summary>
    /// A round ended without being finished: its process exited, called execve, could not be scanned, was paused or let go of, or
    /// its options changed. The report has what was done of it; its pages are known when moves had begun. May be read only
    /// during the call.
    /// </summary>
    void OnRoundBrokenOff(RoundReport report)
    {
    }

    /// <summary>A target left by itself: its process exited.</summary>
    void OnTargetGone(int pid);

    /// <summary>A scan failed with a Linux error number; the target stays and the scan is tried again.</summary>
    void OnScanFailed(int pid, int errno);
}
