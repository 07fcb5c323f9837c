namespace Terrace.Core.Machine;

/// <summary>The result of one read or clear.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">Time it took, measured by the tracker, with all that prepared it.</param>
/// <param name="Errno">The Linux error number when <paramref name="Status"/> is <see cref="ScanStatus.Failed"/>, else 0.</param>
/// <param name="Treated">Of a read: pages that it reported otherwise than it saw them.</param>
/// <param name="LongestPiece">Of a clear that is made in pieces, between which the process can map and fault: the longest one; else
/// null.</param>
/// <param name="ChosenOnly">Of a clear: chunks that were not chosen have kept their accessed bits, if the tracker asks about them.</param>
/// <param name="Ago">Of a clear that continued by itself: for how long it had ended by the time that somebody asked.</param>
public readonly record struct ScanOutcome(
    ScanStatus Status,
    TimeSpan Duration,
    int Errno = 0,
    TreatedPages Treated = default,
    TimeSpan? LongestPiece = null,
    bool ChosenOnly = false,
    TimeSpan Ago = default)
{
    /// <summary>Of a clear: what bounds how long the process's own page faults and mmap calls waited.</summary>
    public TimeSpan Stall => LongestPiece ?? Duration;
}
