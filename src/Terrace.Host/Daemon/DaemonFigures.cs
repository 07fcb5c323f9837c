using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Host.Metrics;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>Turns what the daemon keeps into what its metrics tell. For the loop's thread only.</summary>
internal static class DaemonFigures
{
    /// <summary>The group and the rule of a managed process, or null.</summary>
    public static GroupLabels? LabelsOf(TargetRegistry targets, int pid) =>
        targets.Find(pid) is { } target ? LabelsOf(target) : null;

    private static GroupLabels LabelsOf(ManagedTarget target) => new(target.Group.Name, target.Rule.Name, target.Identity.UserId);

    /// <summary>The groups, each with sums over its processes.</summary>
    public static IEnumerable<GroupFigures> Groups(TargetRegistry targets, PlaceMap places)
    {
        foreach (IGrouping<TieringGroup, ManagedTarget> group in targets.All.GroupBy(target => target.Group))
        {
            List<ManagedTarget> members = [.. group];

            // Pages that are not cold are those that accesses go to.
            double warm = members.Sum(member => (double)(member.Pages.Mapped - member.Pages.Cold));
            yield return new GroupFigures
            {
                Labels = LabelsOf(members[0]),
                Asked = group.Key.Share,
                IsPaused = group.Key.IsPaused,
                Processes = members.Count,
                TierPages = TierPagesOf(members, places),
                BudgetPages = members.Sum(member => member.Pages.Budget),
                HugePages = (
                    members.Sum(member => member.HugePages.Whole),
                    members.Sum(member => member.HugePages.Split),
                    members.Sum(member => member.HugePages.Watched)),
                ImmovablePages = members.Sum(member => member.Pages.Immovable),
                Missed = MissedNames.All.Select(one => one.Reason)
                    .ToDictionary(reason => reason, reason => members.Count(member => member.MissedBecause.HasFlag(reason))),
                HotPages = members.Sum(member => member.Pages.Hot),
                ColdPages = members.Sum(member => member.Pages.Cold),
                HitRatio = warm > 0
                    ? members.Sum(member => (member.HitRatio ?? 0) * (member.Pages.Mapped - member.Pages.Cold)) / warm
                    : members.Max(member => member.HitRatio),
                Interval = members.Max(member => member.Scans.Interval),
                Rest = members.Max(member => member.Scans.Rest),
                LongestStall = members.Max(member => member.Totals.Cost.LongestClear),
            };
        }
    }

    /// <summary>Memory of each tier, from the fastest down.</summary>
    public static IReadOnlyList<(long CapacityBytes, NodeUse Use)> Tiers(IMachine machine) =>
    [
        .. machine.Topology.Tiers.Select(
            (nodes, tier) => (nodes.Sum(machine.Topology.CapacityBytesOf), NodeUse.OfTier(machine, tier))),
    ];

    /// <summary>As after the last rounds' moves.</summary>
    private static long[] TierPagesOf(List<ManagedTarget> members, PlaceMap places)
    {
        long[] pages = new long[places.Count > 0 ? Tier.Reported(places.TierOf(places.Count - 1)) + 1 : 1];
        foreach (ManagedTarget member in members)
        {
            TierPages after = member.Pages.After;
            for (int tier = 0; tier < pages.Length; tier++)
            {
                pages[tier] += after[tier];
            }
        }

        return pages;
    }
}
