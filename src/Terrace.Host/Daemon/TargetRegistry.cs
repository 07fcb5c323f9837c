using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Host.Daemon;

/// <summary>The processes that the daemon manages, by number, kept up to date by the rounds. For the loop's thread only.</summary>
internal sealed class TargetRegistry : IRoundObserver
{
    private readonly SortedDictionary<int, ManagedTarget> _targets = [];

    /// <summary>All of them, by number.</summary>
    public IReadOnlyCollection<ManagedTarget> All => _targets.Values;

    /// <summary>Time from a process's start of management to the end of its first round, the longest so far.</summary>
    public TimeSpan LongestStart { get; private set; }

    /// <summary>All rounds, of processes that have left too.</summary>
    public RoundTotals Totals { get; } = new();

    /// <summary>The process, or null when it is not managed.</summary>
    public ManagedTarget? Find(int pid) => _targets.GetValueOrDefault(pid);

    public void Add(ManagedTarget target) => _targets.Add(target.Pid, target);

    public void Remove(int pid) => _targets.Remove(pid);

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        Totals.Add(report);
        if (_targets.TryGetValue(report.Pid, out ManagedTarget? target))
        {
            target.Add(report);
            LongestStart = target.Totals.Rounds == 1 && report.At - target.Since > LongestStart ? report.At - target.Since : LongestStart;
        }
    }

    /// <inheritdoc/>
    public void OnMoves(int pid, MoveReport moves)
    {
        Totals.AddMoves(moves);
        Find(pid)?.Totals.AddMoves(moves);
    }

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        Totals.AddBrokenOff(report);
        Find(report.Pid)?.Totals.AddBrokenOff(report);
    }

    /// <summary>Called for a process that left by itself.</summary>
    public Action<ManagedTarget>? Gone { get; set; }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        if (_targets.Remove(pid, out ManagedTarget? target))
        {
            Gone?.Invoke(target);
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        if (_targets.TryGetValue(pid, out ManagedTarget? target))
        {
            target.Totals.FailedScans++;
        }
    }
}
