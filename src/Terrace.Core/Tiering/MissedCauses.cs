using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// What keeps pages out of nodes: memory of others, or that the process may not use a node. Asked only of a share that is missed.
/// </summary>
/// <remarks>A cause counts when it takes at least half of what is missing: less would not bring the share about.</remarks>
internal sealed class MissedCauses(IMachine machine)
{
    /// <summary>
    /// The part of the top tier that a group lacks of the share that it was asked to have, or of its minimum as far as it has a use for
    /// that, because less could be given to it: for a target in proportion to its pages. 0 where it is bounded by the group's own most.
    /// </summary>
    public long CutOf(TieringTarget target)
    {
        TieringGroup group = target.Group;
        long all = group.Histogram.TotalIn(machine.Places.All);
        long used = all - group.Histogram.PagesIn(machine.Places.All, 0);
        long least = group.Terms.IsBestEffort ? 0 : Math.Min(group.Terms.MinPages, used);
        long asked = Math.Max(group.Share.PagesOf(all) ?? 0, least);
        long cut = Math.Min(asked, group.Terms.MaxPages) - group.BudgetPages;
        return all > 0 && cut > all / RoundRunner.MissedTolerance ? (long)((Int128)cut * target.Report.Pages.Mapped / all) : 0;
    }

    /// <summary>
    /// What stands in the way of that many pages that cannot come to the top tier; where it is nothing in particular, that its nodes have
    /// no room for them, which are added to <paramref name="missed"/>.
    /// </summary>
    public MissedReasons OfTop(IManagedProcess process, long pages, MissedShare missed)
    {
        (long cache, long pools, long elsewhere) = (0, 0, 0);
        long room = 0;
        foreach (int node in machine.Topology.Tiers[0])
        {
            if (process.MayUse(node))
            {
                NodeUse use = machine.UseOf(node);
                cache += use.CacheBytes - use.DroppableBytes;
                pools += machine.PoolBytes(node);
                room += RoomOn(node);
            }
            else
            {
                elsewhere += RoomOn(node);
            }
        }

        MissedReasons reasons = Of(pages, cache, pools, elsewhere);
        if (reasons != MissedReasons.None || room * 2 >= pages * Chunk.PageBytes)
        {
            return reasons;
        }

        foreach (int node in machine.Topology.Tiers[0])
        {
            if (process.MayUse(node))
            {
                missed.AddFull(node);
            }
        }

        return MissedReasons.FullNodes;
    }

    /// <summary>What stands in the way of that many pages that were to go up, or down, to nodes that have no room.</summary>
    public MissedReasons OfFull(IManagedProcess process, ReadOnlySpan<int> full, bool up, long pages)
    {
        (long cache, long pools, long elsewhere) = (0, 0, 0);
        foreach (int node in full)
        {
            cache += machine.UseOf(node).CacheBytes;
            pools += machine.PoolBytes(node);
        }

        for (int tier = 0; tier < machine.Topology.Tiers.Count; tier++)
        {
            foreach (int node in up == (tier == 0) ? machine.Topology.Tiers[tier] : [])
            {
                elsewhere += process.MayUse(node) ? 0 : RoomOn(node);
            }
        }

        return Of(pages, cache, pools, elsewhere);
    }

    /// <summary>The tier of all nodes that a process may use; -1 where they are of several, or the machine has one tier only.</summary>
    public int OnlyTierOf(IManagedProcess process)
    {
        if (!machine.Topology.HasSlowTier)
        {
            return -1;
        }

        int only = -1;
        for (int tier = 0; tier < machine.Topology.Tiers.Count; tier++)
        {
            // Asked in each round: an enumerator of an interface would be garbage.
            IReadOnlyList<int> nodes = machine.Topology.Tiers[tier];
            for (int i = 0; i < nodes.Count; i++)
            {
                if (!process.MayUse(nodes[i]))
                {
                    continue;
                }

                if (only >= 0 && only != tier)
                {
                    return -1;
                }

                only = tier;
            }
        }

        return only;
    }

    private long RoomOn(int node) => Math.Max(0, FastRoom.AvailableBytes(machine, node) - machine.ReserveBytes(node));

    private static MissedReasons Of(long pages, long cache, long pools, long elsewhere)
    {
        long half = Math.Abs(pages) * Chunk.PageBytes / 2;
        return (elsewhere >= half ? MissedReasons.Isolated : MissedReasons.None)
            | (cache >= half ? MissedReasons.PageCache : MissedReasons.None)
            | (pools >= half ? MissedReasons.HugetlbPool : MissedReasons.None);
    }
}
