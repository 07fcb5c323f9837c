using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>Turns what the daemon keeps into what it tells.</summary>
internal static class StatusReports
{
    /// <summary>The groups with those of their processes that a peer may see; groups with none of them are left out for peers who may not see all.</summary>
    public static IReadOnlyList<GroupStatus> GroupsFor(PeerIdentity peer, TargetRegistry targets, GroupRegistry groups)
    {
        List<GroupStatus> reports = [];
        foreach (TieringGroup group in groups.Groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal))
        {
            List<ManagedTarget> members = [.. targets.All.Where(target => target.Group == group && peer.MaySee(target.Identity.UserId))];
            if (members.Count > 0)
            {
                reports.Add(Of(group, members));
            }
        }

        return reports;
    }

    private static GroupStatus Of(TieringGroup group, List<ManagedTarget> members) => new()
    {
        Name = group.Name,
        Rule = members[0].Rule.Name,
        Fast = group.Share.ToString(),
        FastByRule = members[0].Rule.Fast != group.Share ? members[0].Rule.Fast.ToString() : null,
        Paused = group.IsPaused,
        Bytes = members.Sum(member => member.Pages) * Chunk.PageBytes,
        FastBytes = members.Sum(member => member.FastPages) * Chunk.PageBytes,
        BudgetBytes = members.Sum(member => member.BudgetPages) * Chunk.PageBytes,
        Processes = [.. members.Select(Of)],
    };

    private static TargetStatus Of(ManagedTarget target) => new()
    {
        Pid = target.Pid,
        Name = target.Process.Name,
        User = target.Identity.UserName ?? target.Identity.UserId,
        Vm = target.Identity.Vm,
        Cgroup = target.Identity.Cgroup,
        Tracker = target.Process.Tracker.Name,
        Rounds = target.Rounds,
        Bytes = target.Pages * Chunk.PageBytes,
        FastBytes = target.FastPages * Chunk.PageBytes,
        BudgetBytes = target.BudgetPages * Chunk.PageBytes,
        HotBytes = target.HotPages * Chunk.PageBytes,
        ColdBytes = target.ColdPages * Chunk.PageBytes,
        ChosenBytes = target.Process.ChosenBytes,
        HasTiers = target.Process.HasTiers,
        HitRatio = target.HitRatio is { } hits ? Math.Round(hits, 5) : null,
        IntervalMs = Milliseconds(target.Interval),
        RestMs = Milliseconds(target.Rest),
        ScanMs = Milliseconds(target.ScanTime),
        MoveMs = Milliseconds(target.MoveTime),
        LongestStallMs = Milliseconds(target.LongestClear),
        PromotedBytes = target.Promoted.Moved * Chunk.PageBytes,
        DemotedBytes = target.Demoted.Moved * Chunk.PageBytes,
        FailedMoves = Failed(target.Promoted) + Failed(target.Demoted),
        HeldBackResting = target.HeldBackResting,
        HeldBackNotWorth = target.HeldBackNotWorth,
        HeldBackPressure = target.HeldBackPressure,
        BackOff = BackOffNames.NamesOf(target.BackOff),
        MoveRate = Math.Round(target.MoveRate, 4),
        SharedHotPages = target.SharedHotPages,
        SharedColdPages = target.SharedColdPages,
        FailedScans = target.FailedScans,
        Areas = target.Areas.Count > 0 ? [.. target.Areas.Select(Of)] : null,
    };

    private static AreaStatus Of(AreaReport area) => new()
    {
        Name = area.Area.Name,
        Fast = area.Area.Share.ToString(),
        Bytes = area.Pages * Chunk.PageBytes,
        FastBytes = area.FastPages * Chunk.PageBytes,
        BudgetBytes = area.BudgetPages * Chunk.PageBytes,
    };

    private static long Failed(MoveTally tally) => tally.Total - tally.Moved - tally[MoveResult.AlreadyThere];

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
