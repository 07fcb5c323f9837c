using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Plans one target's round across every tier boundary: divides the fast tier among all targets, then exchanges between tier 0 and all that is
/// below it, then between each lower tier and those below it with what is left of the round's volume.
/// </summary>
internal sealed class RoundPlanner(IMachine machine, FastRoom room)
{
    /// <summary>A plan is no larger than what can be moved in this time, so that it is never carried out on stale facts.</summary>
    private static readonly TimeSpan s_planHorizon = TimeSpan.FromSeconds(2);

    private readonly BudgetPlanner _budgets = new(machine, room);
    private readonly MoveRoute[] _routes = new MoveRoute[PlaceMap.MaxPlaces];

    /// <summary>Fills the target's plan and the deciding part of its report.</summary>
    public void Plan(TieringTarget target, List<TieringTarget> targets, bool exchangeAllowed)
    {
        target.Plan.Clear();
        RoundReport report = target.Report;
        int fast = machine.Places.InTier(0);
        int all = machine.Places.All;
        HeatHistogram histogram = target.Histogram;
        report.Pages = histogram.TotalIn(all);
        report.FastPagesBefore = histogram.TotalIn(fast);
        report.ColdPages = histogram.PagesIn(all, 0);
        report.BudgetPages = _budgets.BudgetOf(target, targets);
        report.PreviousHitRatio = report.EstimatedHitRatio;
        report.EstimatedHitRatio = EstimateHitRatio(histogram, fast, all, target.Economics);
        report.HeldBackResting = report.HeldBackNotWorth = 0;
        report.HotThreshold = 0;
        long byRate = (long)(target.RateLimitBytesPerSecond * s_planHorizon.TotalSeconds) / Chunk.PageBytes;
        long byCost = (long)(s_planHorizon.TotalNanoseconds / target.Economics.MoveCostNs);
        long volume = Math.Max(2, Math.Min(byRate, byCost));
        for (int tier = 0; tier + 1 < machine.Topology.Tiers.Count && volume > 0; tier++)
        {
            volume -= PlanBoundary(target, tier, volume, exchangeAllowed);
        }

        report.PlannedPromotions = target.Plan.Pages(promotions: true);
        report.PlannedDemotions = target.Plan.Pages(promotions: false);
    }

    private long PlanBoundary(TieringTarget target, int tier, long volume, bool exchangeAllowed)
    {
        int upper = machine.Places.InTier(tier);
        int lower = machine.Places.BelowTier(tier);
        bool top = tier == 0;
        long upperRoom = room.PagesIn(tier);
        target.Economics.ExtraLatencyNs = ExtraLatencyNs(tier);
        ExchangePlan plan = ExchangePlanner.Plan(
            target.Histogram,
            new ExchangeTerms(
                upper,
                lower,
                BudgetPages: top ? target.Report.BudgetPages : target.Histogram.TotalIn(upper) + Math.Max(0, upperRoom),
                upperRoom,
                volume,
                // A share that was asked for is met even with cold pages; spare fast memory is filled only with what is worth it.
                MinFillHeat: top && !target.Group.Share.IsAuto ? 0 : LowestHeatThatPays(target.Economics),
                exchangeAllowed),
            target.Economics);
        if (top)
        {
            target.Report.HotThreshold = plan.HotThreshold;
            target.Report.HeldBackResting = plan.HeldBackResting;
            target.Report.HeldBackNotWorth = plan.HeldBackNotWorth;
        }

        SetRoutesDown(tier);
        target.Demotions.Select(target.Heat, plan.Down, upper, isPromotion: false, _routes, target.Plan);
        SetRoutesUp(tier);
        target.Promotions.Select(target.Heat, plan.Up, lower, isPromotion: true, _routes, target.Plan);
        return plan.Down.Pages + plan.Up.Pages;
    }

    private static int LowestHeatThatPays(MoveEconomics economics)
    {
        int heat = 1;
        while (heat < HeatMap.HeatLevels && !economics.PaysAlone(heat))
        {
            heat++;
        }

        return heat;
    }

    private double ExtraLatencyNs(int tier)
    {
        int? lower = machine.Topology.ExtraLatencyNs(tier + 1);
        int upper = machine.Topology.ExtraLatencyNs(tier) ?? 0;
        return lower > upper ? lower.Value - upper : MoveEconomics.DefaultExtraLatencyNs;
    }

    private static double EstimateHitRatio(HeatHistogram histogram, int fast, int all, MoveEconomics economics)
    {
        double fastAccesses = 0;
        double slowAccesses = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            fastAccesses += histogram.PagesIn(fast, heat) * economics.AccessesPerSecond(heat, inFastMemory: true);
            slowAccesses += histogram.PagesIn(all & ~fast, heat) * economics.AccessesPerSecond(heat, inFastMemory: false);
        }

        double accesses = fastAccesses + slowAccesses;
        return accesses > 0 ? fastAccesses / accesses : 1;
    }

    /// <summary>Down: each node's one demotion target; the next lower tier's node when that one is full.</summary>
    private void SetRoutesDown(int tier)
    {
        for (int place = 0; place < _routes.Length; place++)
        {
            _routes[place] = MoveRoute.None;
            if (place >= machine.Places.Count || machine.Places.TierOf(place) != tier)
            {
                continue;
            }

            int? node = machine.Topology.DemotionTargetOf(machine.Places.NodesOf(place)[0]);
            while (node is { } full && room.PagesOn(full) <= 0 && machine.Topology.DemotionTargetOf(full) is { } next)
            {
                node = next;
            }

            _routes[place] = RouteTo(node, tier);
        }
    }

    /// <summary>Up: across the top boundary each node's one promotion target; across a lower one the node of the tier above with the most room.</summary>
    private void SetRoutesUp(int tier)
    {
        for (int place = 0; place < _routes.Length; place++)
        {
            _routes[place] = MoveRoute.None;
            if (place < machine.Places.Count && machine.Places.TierOf(place) > tier)
            {
                _routes[place] = RouteTo(tier == 0 ? machine.Topology.PromotionTargetOf(machine.Places.NodesOf(place)[0]) : RoomiestOf(tier), tier);
            }
        }
    }

    private int? RoomiestOf(int tier)
    {
        int? best = null;
        IReadOnlyList<int> nodes = machine.Topology.Tiers[tier];
        for (int i = 0; i < nodes.Count; i++)
        {
            best = best is null || room.PagesOn(nodes[i]) > room.PagesOn(best.Value) ? nodes[i] : best;
        }

        return best;
    }

    private MoveRoute RouteTo(int? node, int upperTier) =>
        node is { } known ? new(known, machine.Places.PlaceOf(known), upperTier) : MoveRoute.None;
}
