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
    /// <summary>
    /// The groups with those of their processes that a peer may see; groups with none of them are left out for peers who may not
    /// see all.
    /// </summary>
    public static IReadOnlyList<GroupStatus> GroupsFor(PeerIdentity peer, TargetRegistry targets, GroupRegistry groups)
    {
        // One look at each process: there can be as many groups as processes.
        Dictionary<TieringGroup, List<ManagedTarget>> seen = [];
        foreach (ManagedTarget target in targets.All)
        {
            if (peer.MaySee(target))
            {
                if (!seen.TryGetValue(target.Group, out List<ManagedTarget>? members))
                {
                    seen[target.Group] = members = [];
                }

                members.Add(target);
            }
        }

        return
        [
            .. groups.Groups.Values.Where(seen.ContainsKey).OrderBy(group => group.Name, StringComparer.Ordinal)
                .Select(group => Of(group, seen[group])),
        ];
    }

    private static GroupStatus Of(TieringGroup group, List<ManagedTarget> members) => new()
    {
        Name = group.Name,
        Rule = members[0].Rule.Name,
        Fast = group.Share.ToString(),
        FastByRule = members[0].Rule.Fast != group.Share ? members[0].Rule.Fast.ToString() : null,
        Paused = group.IsPaused,
        Bytes = members.Sum(member => member.Pages.Mapped) * Chunk.PageBytes,
        FastBytes = members.Sum(member => member.Pages.After[Tier.Top]) * Chunk.PageBytes,
        BudgetBytes = members.Sum(member => member.Pages.Budget) * Chunk.PageBytes,
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
        Clearer = target.Process.Clearer.Name,
        Rounds = target.Totals.Rounds,
        Bytes = target.Pages.Mapped * Chunk.PageBytes,
        FastBytes = target.Pages.After[Tier.Top] * Chunk.PageBytes,
        BudgetBytes = target.Pages.Budget * Chunk.PageBytes,
        ImmovableBytes = target.Pages.Immovable * Chunk.PageBytes,
        HotBytes = target.Pages.Hot * Chunk.PageBytes,
        ColdBytes = target.Pages.Cold * Chunk.PageBytes,
        UntrackedBytes = target.Process.UntrackedBytes,
        UnfollowedBytes = target.Process.UnfollowedBytes,
        ChosenBytes = target.Process.ChosenBytes,
        HasTiers = target.Process.HasTiers,
        HitRatio = target.HitRatio is { } hits ? Math.Round(hits, 5) : null,
        IntervalMs = Milliseconds(target.Scans.Interval),
        RestMs = Milliseconds(target.Scans.Rest),
        ScanMs = Milliseconds(target.Totals.Cost.Scans),
        MoveMs = Milliseconds(target.Totals.Moves.Time),
        LongestStallMs = Milliseconds(target.Totals.Cost.LongestClear),
        PromotedBytes = target.Totals.Moves.Promoted.Moved * Chunk.PageBytes,
        DemotedBytes = target.Totals.Moves.Demoted.Moved * Chunk.PageBytes,
        FailedMoves = Failed(target.Totals.Moves.Promoted) + Failed(target.Totals.Moves.Demoted),
        HeldBackResting = target.Totals.HeldBack.Resting,
        HeldBackNotWorth = target.Totals.HeldBack.NotWorth,
        HeldBackPressure = target.Totals.HeldBack.Pressure,
        HeldBackNoRoom = target.Totals.HeldBack.NoRoom,
        BackOff = BackOffNames.NamesOf(target.BackOff),
        MissedBytes = target.MissedPages * Chunk.PageBytes,
        MissedBecause = MissedNames.NamesOf(target.MissedBecause),
        FullNodes = target.FullNodes,
        MoveRate = Math.Round(target.MoveRate, 4),
        SharedHotPages = target.Totals.Shared.Hot,
        SharedColdPages = target.Totals.Shared.Cold,
        HugePages = target.HugePages.Whole,
        SplitHugePages = target.HugePages.Split,
        WatchedHugePages = target.HugePages.Watched,
        HugePageUse = target.HugePages.Use is { } use ? Math.Round(use, 4) : null,
        FailedScans = target.Totals.FailedScans,
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
