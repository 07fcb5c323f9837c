using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Host.Configuration;
using Terrace.Linux;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>A process that the daemon manages, and what its last round showed.</summary>
internal sealed class ManagedTarget(LinuxProcess process, ProcessIdentity identity, TargetRule rule, TieringGroup group, TimeSpan since)
{
    private readonly List<AreaReport> _areas = [];

    /// <summary>The process; the engine owns it.</summary>
    public LinuxProcess Process { get; } = process;

    public int Pid => Process.Pid;

    /// <summary>Whose it is and what it runs, as of the last look.</summary>
    public ProcessIdentity Identity { get; set; } = identity;

    /// <summary>The rule that takes it.</summary>
    public TargetRule Rule { get; set; } = rule;

    /// <summary>Whose claim it is part of.</summary>
    public TieringGroup Group { get; set; } = group;

    /// <summary>Daemon's time at which its management began.</summary>
    public TimeSpan Since { get; } = since;

    public long Rounds { get; private set; }

    public long Pages { get; private set; }

    public long FastPages { get; private set; }

    /// <summary>Pages in each place as the last round's last scan saw them.</summary>
    public long[] PlacePages { get; } = new long[PlaceMap.MaxPlaces];

    public long BudgetPages { get; private set; }

    public long HotPages { get; private set; }

    public long ColdPages { get; private set; }

    public int HotThreshold { get; private set; }

    /// <summary>Share of accesses that the fast tier is estimated to serve; null before the first round.</summary>
    public double? HitRatio { get; private set; }

    public TimeSpan Interval { get; private set; }

    public TimeSpan Rest { get; private set; }

    /// <summary>Reading, clearing and moving, all rounds together.</summary>
    public TimeSpan ScanTime { get; private set; }

    public TimeSpan MoveTime { get; private set; }

    /// <summary>The longest single clear: what its own page faults can have waited.</summary>
    public TimeSpan LongestClear { get; private set; }

    public MoveTally Promoted { get; } = new();

    public MoveTally Demoted { get; } = new();

    public long HeldBackResting { get; private set; }

    public long HeldBackNotWorth { get; private set; }

    public long HeldBackPressure { get; private set; }

    /// <summary>Why its last round was held back.</summary>
    public BackOffReasons BackOff { get; private set; }

    /// <summary>Part of the usual rate that was left for it.</summary>
    public double MoveRate { get; private set; } = 1;

    /// <summary>Pages that the kernel's reclaim was told are hot, each round counted anew.</summary>
    public long SharedHotPages { get; private set; }

    /// <summary>Pages that it was told are cold.</summary>
    public long SharedColdPages { get; private set; }

    public long FailedScans { get; set; }

    /// <summary>Its areas that have shares of their own.</summary>
    public IReadOnlyList<AreaReport> Areas => _areas;

    /// <summary>Takes in a round.</summary>
    public void Add(RoundReport report)
    {
        Rounds++;
        Pages = report.Pages;
        FastPages = report.FastPagesAfter;
        for (int place = 0; place < PlacePages.Length; place++)
        {
            PlacePages[place] = SumOf(report.Histogram.AsSpan(place * HeatMap.HeatLevels, HeatMap.HeatLevels));
        }

        BudgetPages = report.BudgetPages;
        HotPages = report.HotPages;
        ColdPages = report.ColdPages;
        HotThreshold = report.HotThreshold;
        HitRatio = report.EstimatedHitRatio;
        Interval = report.Interval;
        Rest = report.Rest;
        ScanTime += report.ReadTime + report.ClearTime;
        MoveTime += report.Moves.Time;
        LongestClear = report.LongestClear > LongestClear ? report.LongestClear : LongestClear;
        Promoted.Add(report.Moves.Promoted);
        Demoted.Add(report.Moves.Demoted);
        HeldBackResting += report.HeldBackResting;
        HeldBackNotWorth += report.HeldBackNotWorth;
        SharedHotPages += report.SharedHotPages;
        SharedColdPages += report.SharedColdPages;
        _areas.Clear();
        for (int i = 0; i < report.Areas.Count; i++)
        {
            _areas.Add(report.Areas[i]);
        }
        HeldBackPressure += report.HeldBackPressure;
        BackOff = report.BackOff;
        MoveRate = report.MoveRate;
    }

    private static long SumOf(ReadOnlySpan<long> pages)
    {
        long sum = 0;
        foreach (long some in pages)
        {
            sum += some;
        }

        return sum;
    }
}
