using Terrace.Cli.CommandLine;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Cli.Run;

/// <summary>Adds up rounds. Allocates only when a process appears.</summary>
internal sealed class SummaryRecorder : IRoundObserver
{
    private readonly List<TargetSummary> _targets = [];
    private readonly Dictionary<int, TargetSummary> _living = [];
    private readonly Dictionary<int, string> _names = [];
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

    /// <summary>Gives a process its name.</summary>
    public void Name(int pid, string name) => _names[pid] = name;

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(report);
        RoundPages pages = report.Pages;
        if (!_living.TryGetValue(report.Pid, out TargetSummary? target))
        {
            target = new TargetSummary
            {
                Pid = report.Pid,
                Name = _names.GetValueOrDefault(report.Pid, ""),
                PagesBefore = pages.Mapped,
                FastPagesBefore = pages.Before[Tier.Top],
                HitsBefore = pages.EstimatedHitRatio,
            };
            _living[report.Pid] = target;
            _targets.Add(target);
        }

        _totals.Add(report);
        LastInterval = report.Scans.Interval;
        target.Rounds++;
        target.Pages = pages.Mapped;
        target.FastPages = pages.After[Tier.Top];
        target.BudgetPages = pages.Budget;
        target.Hits = pages.EstimatedHitRatio;
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        if (_living.Remove(pid, out TargetSummary? target))
        {
            target.Gone = true;
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno) => _totals.FailedScans++;

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
        CpuSeconds = cpu is { } used ? Math.Round(used.TotalSeconds, 3) : null,
        TrackingBytes = TrackingBytes,
    };

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
