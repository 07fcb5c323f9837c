using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>Receives each finished round, for event streams, pictures and tests.</summary>
public interface IRoundObserver
{
    /// <summary>
    /// A round has ended and its moves were made. <paramref name="heat"/> is the target's heat map as decided upon and may be
    /// read only during the call.
    /// </summary>
    void OnRound(RoundReport report, HeatMap heat);

    /// <summary>A target left by itself: its process exited.</summary>
    void OnTargetGone(int pid);

    /// <summary>A scan failed with a Linux error number; the target stays and the scan is tried again.</summary>
    void OnScanFailed(int pid, int errno);
}
