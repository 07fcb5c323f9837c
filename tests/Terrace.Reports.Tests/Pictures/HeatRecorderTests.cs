using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class HeatRecorderTests
{
    private const int FastPlaces = 1;

    private static readonly RoundShares s_round = new(
        Pages: 512, FastPages: 256, Budget: 300, Touched: 512, Hits: 0.5, Promoted: 7, Demoted: 3);

    [Fact]
    public void A_bucket_shows_where_its_heat_lies()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        // The first 64 pages (256 KiB) are hot and slow, the next hot and fast, the others cold and fast.
        HeatMaps.Round(map, [100], (_, page) => (true, page < 128, page < 64 ? 1 : 0));
        recorder.Record(7, TimeSpan.Zero, map);
        Assert.Equal(8, recorder.Rows.Count);
        HeatCell slow = recorder.CellAt(0, 0);
        HeatCell fast = recorder.CellAt(1, 0);
        HeatCell cold = recorder.CellAt(2, 0);
        AssertAll(slow, PageKind.OftenSlow, 1);
        AssertAll(fast, PageKind.OftenFast, 1);
        AssertAll(cold, PageKind.RareFast, 0);
        Assert.Equal(64u, slow.MappedPages);
        Assert.Equal(3, recorder.Scans);
    }

    [Fact]
    public void A_bucket_that_mixes_tells_how_many_pages_are_of_each_kind_and_how_hot()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        int scan = 0;

        // Of each 8 pages one is seen in all of 5 scans and fast, one in 3 and slow, two in 1 and fast, four never and slow.
        HeatMaps.Round(
            map,
            [100],
            (_, page) => (
                true,
                (page % 8) switch { 0 => true, 1 => scan < 3, 2 or 3 => scan < 1, _ => false },
                page % 8 is 0 or 2 or 3 ? 0 : 1),
            scans: 5,
            afterScan: () => scan++);
        recorder.Record(7, TimeSpan.Zero, map);
        HeatMix mix = default;
        mix.Add(recorder.CellAt(0, 0));
        Assert.Equal(64, mix.Mapped, 2);
        foreach (
            (PageKind kind, double share, double heat) in new[]
            {
                (PageKind.OftenFast, 1 / 8.0, 1),
                (PageKind.OftenSlow, 1 / 8.0, 0.6),
                (PageKind.RareFast, 2 / 8.0, 0.2),
                (PageKind.RareSlow, 4 / 8.0, 0),
            })
        {
            Assert.Equal(share, mix.ShareOf(kind), 3);
            Assert.Equal(heat, mix.HeatOf(kind), 2);
        }

        Assert.Equal(3 / 8.0, mix.FastShare, 3);
        Assert.Equal((1 + 0.6 + 0.4) / 8, mix.MeanHeat, 3);
        Assert.Equal(0.5, mix.Mixture, 3);
    }

    [Fact]
    public void Rows_stay_bounded_and_keep_pages_and_order()
    {
        HeatRecorder recorder = new(FastPlaces, maxRows: 32, maxColumns: 8);
        using HeatMap map = new();
        HeatMaps.Round(map, Enumerable.Range(0, 60).Select(i => (ulong)(1000 + i)), (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.Zero, map);
        Assert.InRange(recorder.Rows.Count, 8, 32);
        Assert.Equal(recorder.Rows.Order(), recorder.Rows);
        long pages = Enumerable.Range(0, recorder.Rows.Count).Sum(row => (long)recorder.CellAt(row, 0).MappedPages);
        Assert.Equal(60 * Chunk.Pages, pages);
        Assert.All(
            Enumerable.Range(0, recorder.Rows.Count),
            row => AssertAll(recorder.CellAt(row, 0), PageKind.OftenFast, 1));
    }

    [Property]
    public Property Rows_never_exceed_their_limit_however_addresses_come() =>
        Prop.ForAll(Gen.Choose(1, 1 << 30).NonEmptyListOf().ToArbitrary(), chunks =>
        {
            HeatRecorder recorder = new(FastPlaces, maxRows: 16, maxColumns: 4);
            using HeatMap map = new();
            HeatMaps.Round(map, chunks.Select(chunk => (ulong)chunk).Distinct(), (chunk, page) => (page < 10, true, (int)(chunk & 1)));
            recorder.Record(1, TimeSpan.Zero, map);
            Assert.InRange(recorder.Rows.Count, 1, 16);
            long pages = Enumerable.Range(0, recorder.Rows.Count).Sum(row => (long)recorder.CellAt(row, 0).MappedPages);
            Assert.Equal(chunks.Distinct().Count() * 10, pages);
        });

    [Fact]
    public void Columns_merge_two_to_one_as_time_passes()
    {
        HeatRecorder recorder = new(FastPlaces, maxRows: 16, maxColumns: 8);
        using HeatMap map = new();
        for (int round = 0; round < 40; round++)
        {
            HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
            recorder.Record(1, TimeSpan.FromSeconds(round), map);
            recorder.RecordShares(1, TimeSpan.FromSeconds(round), s_round);
        }

        Assert.InRange(recorder.Columns, 4, 8);
        Assert.True(recorder.Columns * recorder.ColumnTime >= TimeSpan.FromSeconds(39));
        Assert.Equal(64u, recorder.CellAt(0, recorder.Columns - 1).MappedPages);
        Assert.Equal(64u, recorder.CellAt(0, 0).MappedPages);
        Assert.All(Enumerable.Range(0, recorder.Columns), column => Assert.Equal(0.5f, recorder.PointAt(column).FastPages));
        Assert.Equal(40, recorder.Rounds);
        Assert.Equal(40 * 7, Enumerable.Range(0, recorder.Columns).Sum(column => recorder.PointAt(column).Promoted));
        Assert.Equal(40 * 3, Enumerable.Range(0, recorder.Columns).Sum(column => recorder.PointAt(column).Demoted));
    }

    [Fact]
    public void Seconds_that_were_counted_keep_their_mean_when_columns_merge()
    {
        HeatRecorder recorder = new(FastPlaces, maxRows: 16, maxColumns: 4);
        for (int second = 1; second <= 60; second++)
        {
            recorder.RecordExactHits(TimeSpan.FromSeconds(second), second / 100.0);
        }

        SharePoint[] points = [.. Enumerable.Range(0, recorder.Columns).Select(recorder.PointAt)];
        Assert.Equal(60, points.Sum(point => point.Counted));
        Assert.Equal(0.305, points.Sum(point => point.ExactHits * point.Counted) / 60, 4);
    }

    [Fact]
    public void What_was_not_looked_at_is_not_taken_for_what_is_not_mapped()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.FromSeconds(2), map);
        HeatMaps.Round(map, [5, 6], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.FromSeconds(4), map);
        recorder.End(TimeSpan.FromSeconds(6));
        (bool Sampled, bool Mapped) At(int row, double seconds)
        {
            HeatCell cell = recorder.CellAt(row, (int)(TimeSpan.FromSeconds(seconds) / recorder.ColumnTime));
            return (cell.Sampled, cell.MappedPages > 0);
        }

        Assert.Equal((false, false), At(0, 1));
        Assert.Equal((true, true), At(0, 2));
        Assert.Equal((false, false), At(8, 1));
        Assert.Equal((true, false), At(8, 3));
        Assert.Equal((true, true), At(8, 4));
        Assert.Equal((true, true), At(8, 6));
        Assert.Equal(TimeSpan.FromSeconds(6), recorder.Length);
    }

    [Fact]
    public void Memory_of_a_process_that_exited_is_not_shown_as_if_it_were_still_there()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.Zero, map);
        recorder.Record(2, TimeSpan.FromSeconds(1), map);
        recorder.OnTargetGone(1);
        recorder.Record(2, TimeSpan.FromSeconds(3), map);
        Assert.Equal(64u, recorder.CellAt(0, 4).MappedPages);
        Assert.Equal((true, 0u), (recorder.CellAt(0, 8).Sampled, recorder.CellAt(0, 8).MappedPages));
        Assert.Equal(64u, recorder.CellAt(8, 8).MappedPages);
    }

    [Fact]
    public void Names_are_asked_for_when_addresses_are_new_and_not_otherwise()
    {
        List<int> asked = [];
        HeatRecorder recorder = new(
            FastPlaces,
            pid =>
            {
                asked.Add(pid);
                return [new NamedRange(5UL << 21, 6UL << 21, "heap")];
            });
        using HeatMap map = new();
        HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
        recorder.Record(9, TimeSpan.Zero, map);
        recorder.Record(9, TimeSpan.FromSeconds(1), map);
        Assert.Equal([9], asked);
        HeatMaps.Round(map, [5, 7], (_, _) => (true, true, 0));
        recorder.Record(9, TimeSpan.FromSeconds(2), map);
        Assert.Equal([9, 9], asked);
        Assert.Equal("heap", recorder.Targets[0].Names.Of(5UL << 21, (5UL << 21) + 4096));
    }

    [Fact]
    public void Memory_that_is_unmapped_leaves_the_picture_and_an_idle_column_keeps_what_was()
    {
        HeatRecorder recorder = new(FastPlaces, maxRows: 16, maxColumns: 8);
        using HeatMap map = new();
        HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.Zero, map);
        HeatMaps.Round(map, [6], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.FromSeconds(1), map);
        Assert.Equal(16, recorder.Rows.Count);
        Assert.Equal(64u, recorder.CellAt(0, 0).MappedPages);
        Assert.Equal(64u, recorder.CellAt(0, 3).MappedPages);
        Assert.Equal(0u, recorder.CellAt(0, 4).MappedPages);
        Assert.Equal(64u, recorder.CellAt(8, 4).MappedPages);
        Assert.Equal(0u, recorder.CellAt(8, 3).MappedPages);
    }

    [Fact]
    public void A_process_number_that_is_used_again_is_another_process()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        HeatMaps.Round(map, [5], (_, _) => (true, true, 0));
        recorder.Record(9, TimeSpan.Zero, map);
        recorder.OnTargetGone(9);
        recorder.Record(9, TimeSpan.FromSeconds(1), map);
        Assert.Equal(16, recorder.Rows.Count);
        Assert.Equal([9, 9], recorder.Targets.Select(target => target.Pid));
    }

    [Fact]
    public void Recording_known_addresses_makes_no_garbage()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        HeatMaps.Round(map, [5, 6, 9], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.Zero, map);
        recorder.RecordShares(1, TimeSpan.Zero, s_round);
        int second = 0;
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (int i = 1; i < 100; i++)
            {
                second++;
                recorder.Record(1, TimeSpan.FromSeconds(second), map);
                recorder.RecordShares(1, TimeSpan.FromSeconds(second), s_round);
            }
        }));
    }

    private static void AssertAll(HeatCell cell, PageKind kind, double heat)
    {
        HeatMix mix = default;
        mix.Add(cell);
        Assert.Equal(1, mix.ShareOf(kind), 6);
        Assert.Equal(heat, mix.HeatOf(kind), 6);
    }
}
