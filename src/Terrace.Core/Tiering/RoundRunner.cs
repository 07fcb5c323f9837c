using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// The steps of one target's round: clear, read, …, decide, move, adapt. Each step is short; between two the target waits until
/// the next is due.
/// </summary>
internal sealed partial class RoundRunner(
    IMachine machine,
    PlanExecutor executor,
    RoundPlanner planner,
    MoveGovernor? governor,
    TimeProvider time,
    long startedAt,
    IRoundObserver? observer)
{
    /// <summary>
    /// Rounds to watch before a page may be demoted for being cold (seeds: "may do it once on multi scan rounds, to make sure
    /// they are really cold").
    /// </summary>
    private const int RoundsBeforeExchange = 2;

    /// <summary>
    /// A fall of the estimated hit ratio by this much from one round to the next means that other pages have become hot: look
    /// again at once.
    /// </summary>
    private const double PatternChange = 0.03;

    private readonly PageSample _sample = new();
    private readonly MoveReport _slice = new();

    /// <summary>The target that the sample is of.</summary>
    private TieringTarget? _watched;

    /// <summary>
    /// Shortest rest after a round whose moves were held back; less when they were only slower. Looking again sooner would find
    /// the same.
    /// </summary>
    private static readonly TimeSpan s_heldRest = TimeSpan.FromSeconds(5);

    /// <summary>Does one target's due step; false when its process is gone.</summary>
    public bool Step(TieringTarget target, List<TieringTarget> targets)
    {
        target.OnlyRested = false;
        return target.IsClearing ? Clear(target) : target.Phase switch
        {
            TargetPhase.StartRound => SleepOn(target, targets) || StartRound(target),
            TargetPhase.Scan => Scan(target, targets),
            TargetPhase.Glance => Glance(target),
            TargetPhase.Watch => Watch(target),
            TargetPhase.Look => Look(target),
            TargetPhase.HugePages => DoHugePages(target),
            TargetPhase.Rank => Rank(target),
            TargetPhase.Share => Share(target),
            _ => Move(target),
        };
    }

    /// <summary>Ends a round that is under way, if there is one, and reports what was done of it. Next begins another.</summary>
    public void BreakOff(TieringTarget target)
    {
        if (target.IsInRound && observer is not null)
        {
            RoundReport report = target.Report;
            report.At = time.GetElapsedTime(startedAt);
            report.Pages = report.Pages with { After = report.Moves.After(report.Pages.Before) };
            observer.OnRoundBrokenOff(report);
        }

        target.BreakOff();
    }

    private bool StartRound(TieringTarget target)
    {
        target.Usual.Clear();
        target.CoveredTime = TimeSpan.Zero;
        target.LastRead = TimeSpan.Zero;
        target.CheapestScan = TimeSpan.MaxValue;
        target.ShortestClear = TimeSpan.MaxValue;
        target.LongestInPieces = TimeSpan.Zero;
        target.Heat.BeginRound();
        target.Idle.BeginRound(target.Process);
        target.IsInRound = true;
        target.Woken = 0;
        target.Phase = TargetPhase.Scan;
        return Clear(target);
    }

    private bool Scan(TieringTarget target, List<TieringTarget> targets)
    {
        if (!IsPrepared(target))
        {
            return true;
        }

        TimeSpan covered = time.GetElapsedTime(target.ClearedAt);
        target.CoveredTime += covered;
        target.Heat.Fit(machine.Places.Bits);
        target.ScannedPlaces = machine.Places;
        target.Heat.Looks?.MoveTo(time.GetElapsedTime(startedAt));
        target.Heat.BeginScan();
        target.Touches.Begin(machine.Places.InTier(0), machine.Places.Bits, target.Heat);
        ScanOutcome outcome = target.Process.Tracker.Read(target.Touches);
        target.Heat.EndScan();
        target.Usual.Add(target.Touches, covered);
        target.Report.Cost += new RoundCost { Read = outcome.Duration };
        target.LastRead = outcome.Duration;
        target.Treated = outcome.Treated;
        if (outcome.Status != ScanStatus.Complete)
        {
            return Heed(target, outcome);
        }

        if (target.Heat.Scans < target.Options.ScansPerRound)
        {
            return Clear(target);
        }

        EndRound(target, targets);
        return true;
    }

    /// <summary>False when there is more to be prepared, a little later: what takes long must not keep the others waiting.</summary>
    private bool IsPrepared(TieringTarget target)
    {
        long begun = time.GetTimestamp();
        if (target.Process.Tracker.Prepare())
        {
            target.UnreadySince = null;
            return true;
        }

        AskAgain(target, time.GetElapsedTime(begun));
        return false;
    }

    /// <summary>Acts on an outcome that may not be complete; false when the process is gone.</summary>
    private bool Heed(TieringTarget target, ScanOutcome outcome)
    {
        switch (outcome.Status)
        {
            case ScanStatus.Complete:
                return true;
            case ScanStatus.ProcessGone:
                return false;
            case ScanStatus.AddressSpaceReplaced:
                target.Heat.Clear();
                BreakOff(target);
                target.StartAnew();
                DueIn(target, TimeSpan.Zero);
                return true;
            default:
                // Nothing of this round can be trusted; what made it fail may pass.
                target.Heat.Clear();
                BreakOff(target);
                DueIn(target, target.Options.MaxInterval);
                observer?.OnScanFailed(target.Process.Pid, outcome.Errno);
                return true;
        }
    }

    private void EndRound(TieringTarget target, List<TieringTarget> targets)
    {
        if (target.Rounds == 1)
        {
            // Before its first round no page had heat, which foretold nothing of what that counted.
            target.Forecast.Clear();
        }

        // The same after a scan that failed, with which all heat was forgotten.
        HeatForecast? forecast = target.Rounds == 0 || target.Heat.HasHeat ? target.Forecast : null;
        target.Count = target.Heat.EndRound(target.Histogram, forecast, machine.Places.InTier(0));
        target.CountParts();
        machine.Refresh();
        if (!ReferenceEquals(target.ScannedPlaces, machine.Places))
        {
            // Nodes came or went, and the places of the last scan may be of others now.
            BreakOff(target);
            DueIn(target, TimeSpan.Zero);
            return;
        }

        target.Rounds++;
        target.Economics.SetForecast(
            target.Forecast, target.Options.ScansPerRound, target.CoveredTime / target.Options.ScansPerRound, target.HotRates);
        target.CountRates(machine.Places.InTier(0), time);

        planner.Plan(target, targets, exchangeAllowed: target.Rounds >= RoundsBeforeExchange);
        target.WaitsForOthers = WakeHolders(target, targets) ? target.WaitsForOthers + 1 : 0;
        MoveReport moves = target.Report.Moves;
        target.PlannedPages = moves.PlannedPromotions + moves.PlannedDemotions;
        (_slice.PlannedPromotions, _slice.PlannedDemotions) = (moves.PlannedPromotions, moves.PlannedDemotions);
        observer?.OnMoves(target.Process.Pid, _slice);
        _slice.Clear();
        if (!target.Options.DryRun)
        {
            MoveAllowance allowance = Restrain(target);
            long dropped = target.Plan.Shrink(allowance.Promotions ? allowance.Rate : allowance.Pace);
            target.Report.HeldBack += new HeldBackPages { Pressure = dropped };
        }

        if (target.Options.DryRun || target.Plan.PagesLeft == 0)
        {
            EndMoves(target);
            return;
        }

        target.Phase = TargetPhase.Move;
        DueIn(target, TimeSpan.Zero);
    }

    /// <summary>Drops from the plan what may not move now.</summary>
    private MoveAllowance Restrain(TieringTarget target)
    {
        MoveAllowance allowance = governor?.Judge(target.Restraint, target.Process.Pressure) ?? MoveAllowance.All;
        target.Report.HeldBack += new HeldBackPages { Pressure = target.Plan.Restrain(allowance) };
        target.Report.BackOff = allowance.Reasons;
        target.Report.MoveRate = allowance.Rate;
        return allowance;
    }

    private bool Move(TieringTarget target)
    {
        MoveReport moves = target.Report.Moves;
        double pace = Restrain(target).Pace;
        TimeSpan? pause = executor.MoveSlice(target.Plan, target.Process.Migrator, target.Heat, _slice, target.Group.Bucket);
        long tried = _slice.Total;
        moves.Add(_slice);
        observer?.OnMoves(target.Process.Pid, _slice);
        _slice.Clear();
        if (pause is { } wait && moves.Time < RoundPlanner.PlanHorizon)
        {
            target.Report.Cost += new RoundCost { RateLimitWait = wait };

            // Slices stay as large as they are, and come more rarely.
            double bytes = tried * (double)Chunk.PageBytes;
            TimeSpan paced = pace < 1 ? TimeSpan.FromSeconds(bytes / (target.RateLimitBytesPerSecond * pace)) : TimeSpan.Zero;
            DueIn(target, paced > wait ? paced : wait);
            return true;
        }

        target.Economics.Learn(moves.Moved, moves.Time);
        if (moves[MoveResult.ProcessGone] > 0)
        {
            FinishRound(target);
            return false;
        }

        EndMoves(target);
        return true;
    }

    private void FinishRound(TieringTarget target)
    {
        RoundReport report = target.Report;
        report.Round = target.Rounds;
        report.At = time.GetElapsedTime(startedAt);
        TimeSpan interval = target.CoveredTime / target.Options.ScansPerRound;
        RoundPages pages = report.Pages = report.Pages with { After = report.Moves.After(report.Pages.Before) };
        report.SetHistogram(target.Histogram);
        ReportAreas(target);
        target.Cadence.Adapt(
            target.Count,
            pages.Mapped - pages.Cold,
            pages.Mapped,
            pages.Budget,
            report.Moves.Moved,
            // Pages that are cleared first are watched for longer: in a shorter interval that would be most of what differs.
            target.LongestInPieces > target.ScanCost ? target.LongestInPieces : target.ScanCost,
            patternChanged: target.HitRatioByScans < target.Last.HitRatio - PatternChange || (target.Rounds > 1 && target.Usual.HasRisen),
            target.Treated,
            keepsInterval: target.KeepsWhileNew);
        if (target.Options.DryRun || governor is null)
        {
            (report.BackOff, report.MoveRate) = (BackOffReasons.None, 1);
        }

        governor?.NoteRound(target.Restraint, report.Moves);
        bool stalls = target.ShortestClear > target.Options.MaxStall && pages.Mapped > 0;
        report.BackOff |= stalls ? BackOffReasons.LongStalls : BackOffReasons.None;
        ReportMissed(target);
        target.Idle.Begin(target.Process, time.GetElapsedTime(startedAt));
        report.Scans = report.Scans with
        {
            Interval = interval,
            Rest = RestAfter(target, stalls),
            ChunksAtRest = target.Heat.RestingChunks,
        };
        target.Last = new LastRound(
            pages.Mapped, pages.After[Tier.Top], pages.Budget, target.HitRatioByScans, report.BackOff, report.Scans.Rest);
        target.Usual.Interval = interval;
        Rest(target, looks: !stalls);
        observer?.OnRound(report, target.Heat);
        report.Clear();
        target.IsInRound = false;
        target.Plan.Trim();
    }

    private void ReportAreas(TieringTarget target)
    {
        target.Report.AreaReports.Clear();
        foreach (TargetPart part in target.Parts)
        {
            if (part.Area is { } area)
            {
                target.Report.AreaReports.Add(
                    new AreaReport(
                        area,
                        part.Histogram.TotalIn(machine.Places.All),
                        target.Heat.PagesIn(part.Number, machine.Places.InTier(0)),
                        part.BudgetPages));
            }
        }
    }

    /// <summary>
    /// The rest that the cadence wants, longer after a round that was held back, and after one whose clears stalled the process
    /// for too long.
    /// </summary>
    private TimeSpan RestAfter(TieringTarget target, bool stalls)
    {
        TimeSpan rest = target.Cadence.Rest;
        if (target.Rounds >= RoundsBeforeExchange && target.PlannedPages == 0 && target.Idle.SleptThrough)
        {
            // As it is after some more rounds that find the same. When it wakes its CPU time tells.
            rest = target.Options.MaxRest > rest ? target.Options.MaxRest : rest;
        }

        TimeSpan most = HugePageRest(target);
        rest = most < rest ? most : rest;

        TimeSpan wait = WaitForOthers(target);
        rest = wait < rest ? wait : rest;
        TimeSpan held = s_heldRest * (1 - target.Report.MoveRate);
        rest = held > rest ? held : rest;

        if (stalls)
        {
            TimeSpan paid = target.ShortestClear * (target.Options.ScansPerRound / target.Options.MaxStallShare);
            rest = paid > rest ? paid : rest;
        }

        return rest;
    }

    private void Rest(TieringTarget target, bool looks)
    {
        TimeSpan rest = target.Last.Rest;
        target.RestsUntil = time.GetTimestamp() + Ticks(rest);
        target.CalledFrom = time.GetTimestamp() + Ticks(target.Options.LookEvery);
        TimeSpan every = LooksAtCold(target) ? target.Heat.Looks!.Step : target.Options.LookEvery;
        looks &= rest > every && target.Last.Pages > 0;
        target.Phase = looks ? TargetPhase.Watch : TargetPhase.StartRound;
        target.LooksAtAll = false;
        target.SampleDueAt = 0;

        // The first look tells what is usual, and comes at once.
        DueIn(target, looks ? TimeSpan.Zero : rest);
    }

    private void DueIn(TieringTarget target, TimeSpan delay) => target.DueAt = time.GetTimestamp() + Ticks(delay);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
