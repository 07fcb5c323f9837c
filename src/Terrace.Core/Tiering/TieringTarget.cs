using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>All that the loop keeps for one process between steps.</summary>
internal sealed class TieringTarget(IManagedProcess process, FastShare share, FastTerms terms, TieringOptions options, long now) : IDisposable
{
    public IManagedProcess Process { get; } = process;

    public FastShare Share { get; } = share;

    public FastTerms Terms { get; } = terms;

    public HeatMap Heat { get; } = new();

    public HeatHistogram Histogram { get; } = new();

    public HeatForecast Forecast { get; } = new();

    public ScanCadence Cadence { get; } = new(options);

    public MoveEconomics Economics { get; } = new(options.Horizon);

    public PageSelector Promotions { get; } = new();

    public PageSelector Demotions { get; } = new();

    public MovePlan Plan { get; } = new();

    public RoundReport Report { get; } = new() { Pid = process.Pid };

    public TargetPhase Phase { get; set; } = TargetPhase.StartRound;

    /// <summary>Timestamp at which the next step is due.</summary>
    public long DueAt { get; set; } = now;

    /// <summary>Timestamp of the last clear, from which the interval that a read covers is measured.</summary>
    public long ClearedAt { get; set; }

    /// <summary>Sum of the intervals that this round's reads really covered.</summary>
    public TimeSpan CoveredTime { get; set; }

    /// <summary>Cost of the last read; with the clear that follows it is a scan's.</summary>
    public TimeSpan LastRead { get; set; }

    /// <summary>The cheapest scan of this round: what a scan costs when nothing else gets in its way.</summary>
    public TimeSpan CheapestScan { get; set; }

    public RoundCount Count { get; set; }

    public long Rounds { get; set; }

    public void Dispose()
    {
        Heat.Dispose();
        Process.Dispose();
    }
}

/// <summary>What a target does next.</summary>
internal enum TargetPhase
{
    /// <summary>Clear the accessed bits and begin to count.</summary>
    StartRound,

    /// <summary>Read the accessed bits.</summary>
    Scan,

    /// <summary>Move a slice of the plan.</summary>
    Move,
}
