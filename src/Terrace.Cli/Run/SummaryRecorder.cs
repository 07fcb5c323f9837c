using Terrace.Cli.CommandLine;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Reports.Events;

namespace Terrace.Cli.Run;

/// <summary>Adds up rounds. Allocates only when a process appears, or other nodes are full for it.</summary>
internal sealed class SummaryRecorder : IRoundObserver
{
    private readonly List<TargetSummary> _targets = [];
    private readonly Dictionary<int, TargetSummary> _living = [];
    private readonly RoundTotals _totals = new();

    /// <summary>Rounds of all processes.</summary>
    public long Rounds => _totals.Rounds;

    /// <summary>Time between scans of the last round.</summary>
    public TimeSpan LastInterval { get; private set; }

    /// <summary>Bytes moved up so far.</summary>
    public long PromotedBytes => _totals.Moves.Promoted.Moved * Chunk.PageBytes;

    /// <summary>Bytes moved down so far.</summary>
    public long DemotedBytes => _totals.Moves.Demoted.Moved * Chunk.PageBytes;

    /// <summary>Most memory that tracking held; the host tells.</summary>
    public long TrackingBytes { get; set; }

    /// <summary>Processes so far.</summary>
    public IReadOnlyList<TargetSummary> Targets => _targets;

    /// <summary>A process is managed from now on.</summary>
    public void Name(int pid, string name)
    {
        TargetSummary target = new() { Pid = pid, Name = name };
        _living[pid] = target;
        _targets.Add(target);
    }

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(report);
        _totals.Add(report);
        LastInterval = report.Scans.Interval;
        TargetSummary target = TargetOf(report.Pid);
        target.Rounds++;
        Note(target, report.Pages);
        target.MissedPages = report.Missed.Pages;
        target.MissedBecause = MissedNames.NamesOf(report.Missed.Reasons);
        if (!report.Missed.FullNodes.SequenceEqual(target.FullNodes as int[] ?? []))
        {
            target.FullNodes = report.Missed.FullNodes.ToArray();
        }
    }

    /// <inheritdoc/>
    public void OnMoves(int pid, MoveReport moves) => _totals.AddMoves(moves);

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        _totals.AddBrokenOff(report);
        Note(TargetOf(report.Pid), report.Pages);
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        if (_living.Remove(pid, out TargetSummary? target))
        {
            target.Gone = true;
            target.End();
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno) => _totals.FailedScans++;

    /// <summary>All processes have ended, those too of which nobody has told it yet.</summary>
    public void EndAll()
    {
        foreach (TargetSummary target in _living.Values)
        {
            target.End();
        }
    }

    /// <summary>The summary after <paramref name="length"/>.</summary>
    public ManagementSummary Summarise(ManagementSettings settings, TimeSpan length, TimeSpan? cpu) => new()
    {
        Seconds = Math.Round(length.TotalSeconds, 3),
        Fast = settings.Fast.ToString(),
        DryRun = settings.Tiering.DryRun,
        Processes = [.. _targets],
        Rounds = Rounds,
        PromotedBytes = PromotedBytes,
        DemotedBytes = DemotedBytes,
        Promoted = MoveCounts.Of(_totals.Moves.Promoted),
        Demoted = MoveCounts.Of(_totals.Moves.Demoted),
        PlannedPromotions = _totals.Moves.PlannedPromotions,
        PlannedDemotions = _totals.Moves.PlannedDemotions,
        FailedScans = _totals.FailedScans,
        ReadMs = Milliseconds(_totals.Cost.Read),
        ClearMs = Milliseconds(_totals.Cost.Clear),
        LongestClearMs = Milliseconds(_totals.Cost.LongestClear),
        MoveMs = Milliseconds(_totals.Moves.Time),
        ShareMs = Milliseconds(_totals.Cost.Share),
        SharedHotPages = _totals.Shared.Hot,
        SharedColdPages = _totals.Shared.Cold,
        SplitHugePages = _totals.HugePages.Split,
        JoinedHugePages = _totals.HugePages.Joined,
        CpuSeconds = cpu is { } used ? Math.Round(used.TotalSeconds, 3) : null,
        TrackingBytes = TrackingBytes,
    };

    private TargetSummary TargetOf(int pid)
    {
        if (!_living.TryGetValue(pid, out TargetSummary? target))
        {
            Name(pid, "");
            target = _living[pid];
        }

        return target;
    }

    private static void Note(TargetSummary target, in RoundPages pages)
    {
        if (pages.Mapped == 0)
        {
            // It has none, or was not decided upon.
            return;
        }

        if (target.PagesBefore == 0)
        {
            target.PagesBefore = pages.Mapped;
            target.FastPagesBefore = pages.Before[Tier.Top];
            target.HitsBefore = pages.EstimatedHitRatio;
        }

        target.IsWarm |= pages.Cold < pages.Mapped;
        target.Note(pages.Mapped, pages.After[Tier.Top], pages.Budget, pages.EstimatedHitRatio);
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
