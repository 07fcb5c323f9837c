using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// Plans one target's round across every tier boundary: divides the fast tier among all targets, then exchanges between tier 0
/// and all that is
/// below it, then between each lower tier and those below it with what is left of the round's volume. A page that one boundary
/// has planned is left out by the next.
/// </summary>
internal sealed class RoundPlanner(IMachine machine, FastRoom room, TimeProvider time)
{
    /// <summary>
    /// A plan is no larger than what can be moved in this time, and what takes longer anyway is given up: it would be
    /// carried out on stale facts, and what the next
    /// round finds more urgent would wait for it.
    /// </summary>
    public static readonly TimeSpan PlanHorizon = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For this many rounds, pages accessed in every scan are not demoted, even over budget: at first the
    /// interval may be so long that every page
    /// looks like that, and pages chosen randomly would cost more to bring back than waiting for shorter intervals.
    /// </summary>
    private const int PatientRounds = 3;

    /// <summary>Divisions of fast memory for rounds take at most one part in N of the time.</summary>
    private const int DivisionWaits = 20;

    /// <summary>The same of those that only tell whether a target that rests must be looked at.</summary>
    private const int DivisionWaitsIdle = 1000;

    private readonly BudgetPlanner _budgets = new(machine, room, time);
    private readonly RouteFinder _routes = new(machine);

    /// <summary>Pages that the target may have in the top tier, all others as they were when last counted.</summary>
    public long BudgetOf(TieringTarget target, List<TieringTarget> targets) =>
        _budgets.RecentBudgetOf(target, targets, DivisionWaitsIdle);

    /// <summary>Fills the target's plan and the deciding part of its report.</summary>
    public void Plan(TieringTarget target, List<TieringTarget> targets, bool exchangeAllowed)
    {
        target.Plan.Clear();
        target.Plan.Places = machine.Places;
        RoundReport report = target.Report;
        int fast = machine.Places.InTier(0);
        int all = machine.Places.All;
        HeatHistogram histogram = target.Histogram;
        report.Pages = new RoundPages
        {
            Mapped = histogram.TotalIn(all),
            Immovable = target.Heat.ImmovablePages,
            ImmovableFast = target.Heat.ImmovableFastPages,
            Tiers = Math.Min(machine.Topology.Tiers.Count, Tier.Max),
            Before = PagesByTier(histogram),
            Hot = target.Count.HotPages,
            Touched = target.Count.TouchedPages,
            Cold = histogram.PagesIn(all, 0),
            Budget = _budgets.RecentBudgetOf(target, targets, DivisionWaits),
            EstimatedHitRatio = EstimateHitRatio(
                histogram, fast, all, target.Economics, target.HugePerSecond(fast, all), target.HugePerSecond(all & ~fast, all)),
        };
        target.HitRatioByScans = HitRatioByScans(histogram, fast, all, target.Economics);
        long byRate = (long)(target.RateLimitBytesPerSecond * PlanHorizon.TotalSeconds) / Chunk.PageBytes;
        long byCost = (long)(PlanHorizon.TotalNanoseconds / target.Economics.MoveCostNs);
        long volume = Math.Max(2, Math.Min(byRate, byCost));
        long most = volume;
        long intoTop = 0;
        IReadOnlyList<HomeNode> homes = _routes.AsksForHomes ? target.Process.ReadHomes() : [];
        int marked = 0;
        long arriving = 0;
        for (int tier = 0; tier + 1 < machine.Topology.Tiers.Count && volume > 0; tier++)
        {
            target.Economics.ExtraLatencyNs = ExtraLatencyNs(tier);
            _routes.Find(target.Process, homes, tier);
            long upperRoom = Math.Max(0, room.PagesFor(target.Process, tier) - arriving);
            arriving = 0;
            foreach (TargetPart part in target.Parts)
            {
                ExchangedPages moves = volume > 0 ? PlanBoundary(target, part, tier, volume, ref upperRoom, exchangeAllowed) : default;
                volume -= moves.Up + moves.Down;
                arriving += moves.Down - moves.Up;
            }

            intoTop = tier == 0 ? -arriving : intoTop;

            if (tier + 2 < machine.Topology.Tiers.Count)
            {
                PlannedPages.Mark(target, tier, planned: true);
                marked = tier + 1;
            }
        }

        target.PlanVolume = new PlanVolume(most, byRate <= byCost, intoTop);
        for (int tier = 0; tier < marked; tier++)
        {
            PlannedPages.Mark(target, tier, planned: false);
        }

        target.Economics.ExtraLatencyNs = ExtraLatencyNs(0);

        report.Moves.PlannedPromotions = target.Plan.Pages(promotions: true);
        report.Moves.PlannedDemotions = target.Plan.Pages(promotions: false);
    }

    private TierPages PagesByTier(HeatHistogram histogram)
    {
        TierPages pages = default;
        for (int place = 0; place < machine.Places.Count; place++)
        {
            pages.Add(machine.Places.TierOf(place), histogram.TotalIn(1 << place));
        }

        return pages;
    }

    /// <summary>
    /// Plans one part's exchange across a boundary; returns the pages that move, and takes from the room above what it fills.
    /// </summary>
    private ExchangedPages PlanBoundary(
        TieringTarget target, TargetPart part, int tier, long volume, ref long upperRoom, bool exchangeAllowed)
    {
        int upper = machine.Places.InTier(tier);
        int lower = machine.Places.BelowTier(tier);
        bool top = tier == 0;
        ExchangeTerms terms = new(
            upper,
            lower,
            BudgetPages: top ? part.BudgetPages : part.Histogram.TotalIn(upper) + Math.Max(0, upperRoom),
            upperRoom,
            volume,
            // A share that was asked for is met even with cold pages; spare fast memory is filled only with what is worth it.
            MinFillHeat: top && (part.Area is not null || !target.Group.Share.IsAuto) ? 0 : LowestHeatThatPays(target.Economics),
            exchangeAllowed,
            MaxDrainHeat: MaxDrainHeat(target));
        ExchangePlan plan = ExchangePlanner.Plan(part.Histogram, terms, target.Economics);
        if (top)
        {
            RoundReport report = target.Report;
            report.Pages = part.Area is null ? report.Pages with { HotThreshold = plan.HotThreshold } : report.Pages;
            report.HeldBack += new HeldBackPages { Resting = plan.HeldBackResting, NotWorth = plan.HeldBackNotWorth };
        }

        ExchangedPages moves = part.Selector.Select(target.Heat, part.Number, plan, terms, _routes.Up, _routes.Down, target.Plan);
        upperRoom -= moves.Up - moves.Down;
        return top && target.Ranking.IsKnown ? ExchangeRanked(target, part, volume, moves) : moves;
    }

    /// <summary>Adds exchanges of huge pages whose heat is the same, and of which looks have shown that some are hotter.</summary>
    private ExchangedPages ExchangeRanked(TieringTarget target, TargetPart part, long volume, ExchangedPages moves)
    {
        long pages = target.Ranking.Plan(
            target.Heat,
            part.Number,
            machine.Places.InTier(0),
            volume - moves.Up - moves.Down,
            target.Economics,
            _routes.Up,
            _routes.Down,
            target.Plan);
        return new ExchangedPages(moves.Up + (pages / 2), moves.Down + (pages / 2));
    }

    private static int MaxDrainHeat(TieringTarget target)
    {
        if (target.Rounds > PatientRounds)
        {
            return HeatMap.HeatLevels - 1;
        }

        // What a round leaves of heat, and what accesses in all of its scans add.
        int always = 0;
        for (long round = 0; round < target.Rounds; round++)
        {
            always = (always / 2) + target.Options.ScansPerRound;
        }

        return always - 1;
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

    /// <summary>By scans alone, all pages alike: it changes less from round to round, and tells when other pages have become hot.</summary>
    private static double HitRatioByScans(HeatHistogram histogram, int fast, int all, MoveEconomics economics)
    {
        double fastAccesses = 0;
        double slowAccesses = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            fastAccesses += histogram.PagesIn(fast, heat) * economics.AccessesPerSecond(heat, inFastMemory: true, byScansAlone: true);
            slowAccesses += histogram.PagesIn(all & ~fast, heat) * economics.AccessesPerSecond(heat, false, byScansAlone: true);
        }

        return PartOf(fastAccesses, slowAccesses);
    }

    private static double EstimateHitRatio(
        HeatHistogram histogram, int fast, int all, MoveEconomics economics, double? fastHuge, double? slowHuge)
    {
        double fastAccesses = 0;
        double slowAccesses = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            fastAccesses += AccessesTo(histogram, fast, heat, economics, inFastMemory: true, fastHuge);
            slowAccesses += AccessesTo(histogram, all & ~fast, heat, economics, inFastMemory: false, slowHuge);
        }

        return PartOf(fastAccesses, slowAccesses);
    }

    /// <summary>Accesses a second to pages of a heat in some places. What is seen of a huge page is of all of it.</summary>
    private static double AccessesTo(
        HeatHistogram histogram, int places, int heat, MoveEconomics economics, bool inFastMemory, double? hugePerSecond)
    {
        long huge = histogram.HugeIn(places, heat);
        double byScans = economics.AccessesPerSecond(heat, inFastMemory, byScansAlone: true);
        double ofHuge = economics.IsSaturated(heat, inFastMemory) ? Math.Max(byScans, hugePerSecond ?? 0) : byScans;
        return ((histogram.PagesIn(places, heat) - huge) * economics.AccessesPerSecond(heat, inFastMemory))
            + (huge / (double)Chunk.Pages * ofHuge);
    }

    private static double PartOf(double fastAccesses, double slowAccesses) =>
        fastAccesses + slowAccesses > 0 ? fastAccesses / (fastAccesses + slowAccesses) : 1;
}
