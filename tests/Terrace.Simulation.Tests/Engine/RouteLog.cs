using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What an engine reports of where pages went, and of what the last round missed.</summary>
internal sealed class RouteLog : IRoundObserver
{
    public long Promoted { get; private set; }

    public long Demoted { get; private set; }

    /// <summary>Pages in fast memory after the last round.</summary>
    public long Fast { get; private set; }

    public long Denied { get; private set; }

    public long AlreadyThere { get; private set; }

    /// <summary>Pages that were not in a lower tier when they were to go up, or not in a higher one when they were to go down.</summary>
    public long WrongWay { get; private set; }

    public long NoRoom { get; private set; }

    public MissedReasons Reasons { get; private set; }

    public IReadOnlyList<int> FullNodes { get; private set; } = [];

    public long MissedPages { get; private set; }

    /// <summary>Fast memory that each target may have, pages, by its number.</summary>
    public Dictionary<int, long> Budgets { get; } = [];

    public void OnRound(RoundReport report, HeatMap heat)
    {
        Promoted += report.Moves.Promoted.Moved;
        Demoted += report.Moves.Demoted.Moved;
        Fast = report.Pages.After[Tier.Top];
        Denied += report.Moves[MoveResult.Denied];
        AlreadyThere += report.Moves[MoveResult.AlreadyThere];
        long up = 0;
        foreach (TierMoves moves in report.Moves.ByTier)
        {
            WrongWay += moves.From == moves.To ? moves.Pages.Total : 0;
            up += moves.From > moves.To ? moves.Pages.Total : 0;
        }

        WrongWay += Math.Abs(report.Moves.Promoted.Total - up);
        NoRoom += report.HeldBack.NoRoom;
        Reasons = report.Missed.Reasons;
        FullNodes = report.Missed.FullNodes.ToArray();
        MissedPages = report.Missed.Pages;
        Budgets[report.Pid] = report.Pages.Budget;
    }

    public void OnTargetGone(int pid) => Assert.Fail("nobody leaves");

    public void OnScanFailed(int pid, int errno) => Assert.Fail("no scan fails");
}
