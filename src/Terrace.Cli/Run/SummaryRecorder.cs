using Terrace.Cli.CommandLine;
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
    private readonly MoveCounts _promoted = new();
    private readonly MoveCounts _demoted = new();
    private TimeSpan _read;
    private TimeSpan _clear;
    private TimeSpan _longestClear;
    private TimeSpan _move;
    private TimeSpan _share;
    private long _sharedHot;
    private long _sharedCold;
    private long _plannedUp;
    private long _plannedDown;
    private long _failedScans;

    /// <summary>Rounds of all processes.</summary>
    public long Rounds { get; private set; }

    /// <summary>Time between scans of the last round.</summary>
    public TimeSpan LastInterval { get; private set; }

    /// <summary>Bytes moved up so far.</summary>
    public long PromotedBytes => _promoted.Moved * Chunk.PageBytes;

    /// <summary>Bytes moved down so far.</summary>
    public long DemotedBytes => _demoted.Moved * Chunk.PageBytes;

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
        if (!_living.TryGetValue(report.Pid, out TargetSummary? target))
        {
            target = new TargetSummary
            {
                Pid = report.Pid,
                Name = _names.GetValueOrDefault(report.Pid, ""),
                PagesBefore = report.Pages,
                FastPagesBefore = report.FastPagesBefore,
                HitsBefore = report.EstimatedHitRatio,
            };
            _living[report.Pid] = target;
            _targets.Add(target);
        }

        Rounds++;
        LastInterval = report.Interval;
        target.Rounds++;
        target.Pages = report.Pages;
        target.FastPages = report.FastPagesAfter;
        target.BudgetPages = report.BudgetPages;
        target.Hits = report.EstimatedHitRatio;
        _promoted.Add(report.Moves.Promoted);
        _demoted.Add(report.Moves.Demoted);
        _plannedUp += report.PlannedPromotions;
        _plannedDown += report.PlannedDemotions;
        _read += report.ReadTime;
        _clear += report.ClearTime;
        _move += report.Moves.Time;
        _share += report.ShareTime;
        _sharedHot += report.SharedHotPages;
        _sharedCold += report.SharedColdPages;
        _longestClear = report.LongestClear > _longestClear ? report.LongestClear : _longestClear;
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
    public void OnScanFailed(int pid, int errno) => _failedScans++;

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
        Promoted = _promoted,
        Demoted = _demoted,
        PlannedPromotions = _plannedUp,
        PlannedDemotions = _plannedDown,
        FailedScans = _failedScans,
        ReadMs = Milliseconds(_read),
        ClearMs = Milliseconds(_clear),
        LongestClearMs = Milliseconds(_longestClear),
        MoveMs = Milliseconds(_move),
        ShareMs = Milliseconds(_share),
        SharedHotPages = _sharedHot,
        SharedColdPages = _sharedCold,
        CpuSeconds = cpu is { } used ? Math.Round(used.TotalSeconds, 3) : null,
        TrackingBytes = TrackingBytes,
    };

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
