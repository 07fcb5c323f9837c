using Terrace.Core.HugePages;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Host.Configuration;
using Terrace.Linux;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>A process that the daemon manages, and what its last round showed.</summary>
internal sealed class ManagedTarget(LinuxProcess process, ProcessIdentity identity, TargetRule rule, TieringGroup group, TimeSpan since)
{
    private readonly List<AreaReport> _areas = [];
    private ProcessPlace? _place;

    /// <summary>The process; the engine owns it.</summary>
    public LinuxProcess Process { get; } = process;

    public int Pid => Process.Pid;

    /// <summary>Whose it is and what it runs, as of the last look.</summary>
    public ProcessIdentity Identity
    {
        get;
        set
        {
            field = value;
            _place = null;
        }
    }

        = identity;

    /// <summary>Where it runs, asked for the first time after the last look; null when that cannot be told.</summary>
    public ProcessPlace? Place => _place ??= ProcessPlace.Of(Pid);

    /// <summary>The rule that takes it.</summary>
    public TargetRule Rule { get; set; } = rule;

    /// <summary>Whose claim it is part of.</summary>
    public TieringGroup Group { get; set; } = group;

    /// <summary>Daemon's time at which its management began.</summary>
    public TimeSpan Since { get; } = since;

    /// <summary>Its rounds added up.</summary>
    public RoundTotals Totals { get; } = new();

    /// <summary>Its pages as the last round left them.</summary>
    public RoundPages Pages { get; private set; }

    /// <summary>Share of accesses that the fast tier is estimated to serve; null before the first round, and while all is cold.</summary>
    public double? HitRatio => Totals.Rounds > 0 && Pages.Cold < Pages.Mapped ? Pages.EstimatedHitRatio : null;

    /// <summary>Its huge pages, as of the last round.</summary>
    public RoundHugePages HugePages { get; private set; }

    /// <summary>When its last round looked.</summary>
    public RoundScans Scans { get; private set; }

    /// <summary>Why its last round was held back.</summary>
    public BackOffReasons BackOff { get; private set; }

    /// <summary>Pages that it lacked in fast memory after its last round, or below zero had there beyond its share.</summary>
    public long MissedPages { get; private set; }

    /// <summary>Why.</summary>
    public MissedReasons MissedBecause { get; private set; }

    /// <summary>Nodes that were full for it.</summary>
    public IReadOnlyList<int> FullNodes { get; private set; } = [];

    /// <summary>Part of the usual rate that was left for it.</summary>
    public double MoveRate { get; private set; } = 1;

    /// <summary>Its areas that have shares of their own.</summary>
    public IReadOnlyList<AreaReport> Areas => _areas;

    /// <summary>Takes in a round.</summary>
    public void Add(RoundReport report)
    {
        Totals.Add(report);
        Pages = report.Pages;
        Scans = report.Scans;
        HugePages = report.HugePages;
        (BackOff, MoveRate) = (report.BackOff, report.MoveRate);
        (MissedPages, MissedBecause) = (report.Missed.Pages, report.Missed.Reasons);
        FullNodes = report.Missed.FullNodes.IsEmpty ? [] : report.Missed.FullNodes.ToArray();
        _areas.Clear();
        for (int i = 0; i < report.Areas.Count; i++)
        {
            _areas.Add(report.Areas[i]);
        }
    }
}
