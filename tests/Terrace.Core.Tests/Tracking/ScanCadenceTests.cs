using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tracking;

public sealed class ScanCadenceTests
{
    private static readonly TieringOptions s_options = new();
    private static readonly TimeSpan s_cheap = TimeSpan.FromMilliseconds(1);
    private readonly ScanCadence _cadence = new(s_options.Cadence);

    [Fact]
    public void Too_many_hot_pages_shorten_the_interval_until_they_are_below_half_the_budget()
    {
        // A model in which the number of hot pages is proportional to the interval.
        long Hot() => (long)(_cadence.Interval.TotalMilliseconds * 100);
        for (int round = 0; round < 10; round++)
        {
            Adapt(hot: Hot(), warm: 5_000, budget: 4_000);
        }

        Assert.True(Hot() < 2_000, $"{Hot()} hot pages");
        Assert.True(_cadence.Interval > s_options.MinInterval);
    }

    [Fact]
    public void Too_few_warm_pages_lengthen_the_interval_up_to_the_longest()
    {
        for (int round = 0; round < 20; round++)
        {
            Adapt(hot: 0, warm: 10, budget: 4_000);
        }

        Assert.Equal(s_options.MaxInterval, _cadence.Interval);
    }

    [Fact]
    public void Without_any_room_the_interval_stays_as_it_is()
    {
        for (int round = 0; round < 10; round++)
        {
            Adapt(hot: 3_000, warm: 5_000, budget: 0);
        }

        Assert.Equal(s_options.FirstInterval, _cadence.Interval);
    }

    [Fact]
    public void When_hardly_a_page_is_cold_the_interval_shrinks_again_but_not_below_the_first()
    {
        for (int round = 0; round < 5; round++)
        {
            Adapt(hot: 0, warm: 10, budget: 4_000);
        }

        Assert.True(_cadence.Interval > s_options.FirstInterval);
        for (int round = 0; round < 20; round++)
        {
            Adapt(hot: 100, warm: 9_500, budget: 4_000);
        }

        Assert.InRange(
            _cadence.Interval.TotalMilliseconds,
            s_options.FirstInterval.TotalMilliseconds - 0.01,
            s_options.FirstInterval.TotalMilliseconds + 0.01);
    }

    [Fact]
    public void The_interval_is_stretched_so_that_scanning_keeps_within_its_share_of_a_processor()
    {
        TimeSpan cost = TimeSpan.FromMilliseconds(300);
        for (int round = 0; round < 5; round++)
        {
            _cadence.Adapt(new RoundCount(9_000, 9_000), 9_000, 10_000, 100, 0, cost, patternChanged: false);
        }

        Assert.Equal(cost / s_options.MaxScanDuty, _cadence.Interval);
    }

    [Fact]
    public void A_pattern_that_seems_to_change_again_and_again_without_moves_is_not_believed_for_long()
    {
        List<TimeSpan> rests = [];
        for (int round = 0; round < 10; round++)
        {
            Adapt(hot: 1_000, warm: 5_000, budget: 4_000, patternChanged: round % 2 == 0);
            rests.Add(_cadence.Rest);
        }

        Assert.Equal(2, rests.Count(rest => rest == TimeSpan.Zero));
        Assert.InRange(rests[^1], TimeSpan.FromSeconds(10), s_options.MaxRest);

        // After that calm it is believed again.
        Adapt(hot: 1_000, warm: 5_000, budget: 4_000, patternChanged: true);
        Assert.Equal(TimeSpan.Zero, _cadence.Rest);
    }

    [Fact]
    public void Rests_grow_while_nothing_moves_and_end_when_something_does_or_the_pattern_changes()
    {
        List<TimeSpan> rests = [];
        for (int round = 0; round < 9; round++)
        {
            Adapt(hot: 1_000, warm: 5_000, budget: 4_000);
            rests.Add(_cadence.Rest);
        }

        Assert.Equal(s_options.MaxRest, rests[^1]);
        Assert.Equal(rests.Order(), rests);
        Adapt(hot: 1_000, warm: 5_000, budget: 4_000, moved: 2_000);
        Assert.Equal(TimeSpan.Zero, _cadence.Rest);
        Adapt(hot: 1_000, warm: 5_000, budget: 4_000);
        Assert.NotEqual(TimeSpan.Zero, _cadence.Rest);
        _cadence.Adapt(new RoundCount(1_000, 5_000), 5_000, 10_000, 4_000, 0, s_cheap, patternChanged: true);
        Assert.Equal(TimeSpan.Zero, _cadence.Rest);
    }

    [Fact]
    public void A_process_of_a_dozen_pages_comes_to_rest_although_one_of_them_changes_sides_each_time()
    {
        for (int round = 0; round < 12; round++)
        {
            _cadence.Adapt(new RoundCount(2, 3), 3, pages: 12, budgetPages: 2, movedPages: 1, s_cheap, patternChanged: false);
        }

        Assert.Equal(s_options.MaxRest, _cadence.Rest);
    }

    [Fact]
    public void Pages_that_are_hot_or_cold_because_somebody_says_so_do_not_change_the_interval()
    {
        ScanCadence without = new(s_options.Cadence);
        ScanCadence with = new(s_options.Cadence);
        for (int round = 0; round < 40; round++)
        {
            // The same program, once alone and once with 3000 pages that are said to be hot and 2000 that are said to be cold.
            long hot = (long)(without.Interval.TotalMilliseconds * 100);
            without.Adapt(new RoundCount(hot, 5_000), 5_000, pages: 10_000, budgetPages: 4_000, 0, s_cheap, patternChanged: false);
            with.Adapt(
                new RoundCount(hot + 3_000, 8_000),
                8_000,
                pages: 15_000,
                budgetPages: 7_000,
                0,
                s_cheap,
                patternChanged: false,
                new TreatedPages(3_000, 2_000));
            Assert.Equal(without.Interval, with.Interval);
        }

        Assert.NotEqual(s_options.FirstInterval, with.Interval);
    }

    [Fact]
    public void Where_memory_that_is_said_to_be_hot_fills_the_budget_scans_become_rare()
    {
        for (int round = 0; round < 20; round++)
        {
            _cadence.Adapt(
                new RoundCount(5_000, 6_000),
                6_000,
                pages: 10_000,
                budgetPages: 4_000,
                0,
                s_cheap,
                patternChanged: false,
                new TreatedPages(5_000, 0));
        }

        Assert.Equal(s_options.MaxInterval, _cadence.Interval);
    }

    private void Adapt(long hot, long warm, long budget, long moved = 0, bool patternChanged = false) =>
        _cadence.Adapt(new RoundCount(hot, warm), warm, pages: 10_000, budget, moved, s_cheap, patternChanged);
}
