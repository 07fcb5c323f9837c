using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tiering;

public sealed class RoundTotalsTests
{
    [Fact]
    public void Rounds_add_up_and_the_longest_clear_is_the_longest_of_all()
    {
        RoundTotals totals = new();
        foreach (int seconds in new[] { 3, 2 })
        {
            RoundReport report = ReportOf(seconds);
            totals.AddMoves(report.Moves);
            totals.Add(report);
        }

        Assert.Equal(2, totals.Rounds);
        Assert.Equal((10, 5), (totals.Moves.PlannedPromotions, totals.Moves.PlannedDemotions));
        Assert.Equal(TimeSpan.FromSeconds(5), totals.Moves.Time);
        Assert.Equal(new HeldBackPages { Resting = 5, NotWorth = 10, Pressure = 15 }, totals.HeldBack);
        Assert.Equal(new SharedPages { Hot = 5, Cold = 10 }, totals.Shared);
        Assert.Equal(
            new RoundCost
            {
                Read = TimeSpan.FromSeconds(5),
                Clear = TimeSpan.FromSeconds(10),
                LongestClear = TimeSpan.FromSeconds(3),
                Share = TimeSpan.FromSeconds(15),
                RateLimitWait = TimeSpan.FromSeconds(20),
                CpuWait = TimeSpan.FromSeconds(25),
            },
            totals.Cost);
        Assert.Equal(TimeSpan.FromSeconds(15), totals.Cost.Scans);

        // One that was broken off cost as much, and is no round.
        totals.AddBrokenOff(ReportOf(seconds: 4));
        Assert.Equal((2, TimeSpan.FromSeconds(27), 5), (totals.Rounds, totals.Cost.Scans, totals.Moves.Moved));
    }

    [Fact]
    public void Moves_add_up_by_the_tiers_between_which_they_were()
    {
        RoundTotals totals = new();
        RoundReport report = new();
        report.Moves.Add(from: 0, to: 2, isPromotion: false, MoveResult.Moved, pages: 7);
        report.Moves.Add(from: 2, to: 1, isPromotion: true, MoveResult.Busy, pages: 1);
        totals.AddMoves(report.Moves);
        report.Clear();
        report.Moves.Add(from: 2, to: 1, isPromotion: true, MoveResult.Moved, pages: 3);
        report.Moves.Add(from: 0, to: 2, isPromotion: false, MoveResult.Moved, pages: 4);
        totals.AddMoves(report.Moves);
        Assert.Equal(
            [(0, 2, 11L, 0L), (2, 1, 3L, 1L)],
            totals.Moves.ByTier.ToArray().Select(way => (way.From, way.To, way.Pages.Moved, way.Pages[MoveResult.Busy])));
        Assert.Equal((4, 11), (totals.Moves.Promoted.Total, totals.Moves.Demoted.Total));
    }

    [Fact]
    public void Moves_between_sixteen_tiers_are_told_and_slower_ones_are_told_as_the_last()
    {
        TierPages before = default;
        for (int tier = 0; tier < 18; tier++)
        {
            before.Add(tier, 100);
        }

        MoveReport moves = new();
        for (int tier = 1; tier < 18; tier++)
        {
            moves.Add(tier, 0, isPromotion: true, MoveResult.Moved, tier);
        }

        moves.Add(14, 0, isPromotion: true, MoveResult.AlreadyThere, 50);
        TierPages after = moves.After(before);
        Assert.Equal(1800, before.Total);
        Assert.Equal(1800, after.Total);
        Assert.Equal((100 + (17 * 18 / 2), 99, 86), (after[0], after[1], after[14]));
        Assert.Equal((300, 300 - 15 - 16 - 17), (before[15], after[15]));
        Assert.Equal(15, moves.ByTier.Length);
    }

    [Fact]
    public void A_report_that_is_cleared_is_like_a_new_one()
    {
        RoundReport report = ReportOf(seconds: 3);
        report.Clear();
        RoundReport fresh = new();
        Assert.Equal(
            (fresh.Round, fresh.At, fresh.Pages, fresh.Scans, fresh.HeldBack, fresh.Shared, fresh.Cost),
            (report.Round, report.At, report.Pages, report.Scans, report.HeldBack, report.Shared, report.Cost));
        Assert.Equal((fresh.BackOff, fresh.MoveRate), (report.BackOff, report.MoveRate));
        MoveReport moves = report.Moves;
        Assert.Equal((0, 0, 0, TimeSpan.Zero), (moves.Total, moves.PlannedPromotions, moves.PlannedDemotions, moves.Time));
        Assert.Empty(report.Moves.ByTier.ToArray());
        Assert.Empty(report.Areas);
        Assert.Equal((0, MissedReasons.None), (report.Missed.Pages, report.Missed.Reasons));
        Assert.True(report.Missed.FullNodes.IsEmpty);
        Assert.All(report.Histogram.ToArray(), pages => Assert.Equal(0, pages));
    }

    /// <summary>A report in which nothing is as in a new one.</summary>
    private static RoundReport ReportOf(int seconds)
    {
        TierPages pages = default;
        pages.Add(0, seconds);
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        RoundReport report = new()
        {
            Round = 1,
            At = time,
            Pages = new RoundPages
            {
                Mapped = seconds,
                Tiers = 2,
                Before = pages,
                After = pages,
                Budget = 1,
                Hot = 1,
                Touched = 1,
                Cold = 1,
                HotThreshold = 1,
                EstimatedHitRatio = 1,
            },
            Scans = new RoundScans { Interval = time, Rest = time, Looks = 1, CalledByLook = true },
            HeldBack = new HeldBackPages { Resting = seconds, NotWorth = 2 * seconds, Pressure = 3 * seconds },
            Shared = new SharedPages { Hot = seconds, Cold = 2 * seconds },
            Cost = new RoundCost
            {
                Read = time,
                Clear = 2 * time,
                LongestClear = time,
                Share = 3 * time,
                RateLimitWait = 4 * time,
                CpuWait = 5 * time,
            },
            BackOff = BackOffReasons.HostCpu,
            MoveRate = 0.5,
        };
        report.Moves.PlannedPromotions = 2 * seconds;
        report.Moves.PlannedDemotions = seconds;
        report.Moves.Time = time;
        report.Moves.Add(0, 1, isPromotion: false, MoveResult.Moved, seconds);
        report.AreaReports.Add(default);
        HeatHistogram histogram = new();
        histogram.AllPages[0] = seconds;
        report.SetHistogram(histogram);
        report.Missed.Pages = seconds;
        report.Missed.Reasons = MissedReasons.FullNodes;
        report.Missed.AddFull(2);
        report.Missed.AddFull(1);
        Assert.Equal([1, 2], report.Missed.FullNodes.ToArray());
        return report;
    }
}
