using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Counts what an engine reports. Allocates nothing by itself, so that it can be used while garbage is measured.</summary>
internal sealed class RoundLog : IRoundObserver
{
    public long Rounds { get; private set; }

    public long Looks { get; private set; }

    public long Attempts { get; private set; }

    public long Moved { get; private set; }

    public long Promoted { get; private set; }

    public long NoMemory { get; private set; }

    /// <summary>Tries that the kernel answered with busy or denied.</summary>
    public long Failed { get; private set; }

    public long LastImmovablePages { get; private set; }

    public long LastImmovableFastPages { get; private set; }

    public long LastFastPages { get; private set; }

    public List<AreaReport> LastAreas { get; } = [];

    public long HeldBack { get; private set; }

    public long HeldRounds { get; private set; }

    public BackOffReasons LastBackOff { get; private set; }

    public TimeSpan LastInterval { get; private set; }

    public TimeSpan ClearTime { get; private set; }

    public TimeSpan ScanTime { get; private set; }

    public TimeSpan ShareTime { get; private set; }

    public long SharedHot { get; private set; }

    public long SharedCold { get; private set; }

    public long LastHotPages { get; private set; }

    public long LastColdPages { get; private set; }

    public RoundHugePages LastHugePages { get; private set; }

    public long JoinedHugePages { get; private set; }

    public long JoinedByOthers { get; private set; }

    public List<int> Gone { get; } = [];

    public List<int> ScanErrors { get; } = [];

    public void OnRound(RoundReport report, HeatMap heat)
    {
        Rounds++;
        Looks += report.Scans.Looks;
        Attempts += report.Moves.Promoted.Total + report.Moves.Demoted.Total;
        Moved += report.Moves.Promoted.Moved + report.Moves.Demoted.Moved;
        Promoted += report.Moves.Promoted.Moved;
        Failed += report.Moves[MoveResult.Busy] + report.Moves[MoveResult.Denied];
        LastImmovablePages = report.Pages.Immovable;
        LastImmovableFastPages = report.Pages.ImmovableFast;
        LastFastPages = report.Pages.After[Tier.Top];
        HeldBack += report.HeldBack.Pressure;
        HeldRounds += report.MoveRate == 0 ? 1 : 0;
        LastBackOff = report.BackOff;
        LastInterval = report.Scans.Interval;
        ClearTime += report.Cost.Clear;
        ScanTime += report.Cost.Scans;
        ShareTime += report.Cost.Share;
        SharedHot += report.Shared.Hot;
        SharedCold += report.Shared.Cold;
        LastHotPages = report.Pages.Hot;
        LastColdPages = report.Pages.Cold;
        NoMemory += report.Moves.Promoted[MoveResult.NoMemory] + report.Moves.Demoted[MoveResult.NoMemory];
        LastHugePages = report.HugePages;
        JoinedHugePages += report.HugePages.NowJoined;
        JoinedByOthers += report.HugePages.JoinedByOthers;
        LastAreas.Clear();
        for (int i = 0; i < report.Areas.Count; i++)
        {
            LastAreas.Add(report.Areas[i]);
        }
    }

    public void OnTargetGone(int pid) => Gone.Add(pid);

    public void OnScanFailed(int pid, int errno) => ScanErrors.Add(errno);
}
