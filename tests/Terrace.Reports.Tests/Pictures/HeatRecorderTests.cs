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
        int expected = 3 * ushort.MaxValue / (HeatMap.HeatLevels - 1);
        Assert.Equal((0, expected, 0), (slow.FastHeat, slow.SlowHeat, slow.FastShare));
        Assert.Equal((expected, 0, 255), (fast.FastHeat, fast.SlowHeat, fast.FastShare));
        Assert.Equal((0, 0, 255), (cold.FastHeat, cold.SlowHeat, cold.FastShare));
        Assert.Equal(64u, slow.MappedPages);
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
            row => Assert.Equal(3 * ushort.MaxValue / (HeatMap.HeatLevels - 1), recorder.CellAt(row, 0).FastHeat));
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
            recorder.RecordShares(1, TimeSpan.FromSeconds(round), 512, 256, 0.5, 512);
        }

        Assert.InRange(recorder.Columns, 4, 8);
        Assert.True(recorder.Columns * recorder.ColumnTime >= TimeSpan.FromSeconds(39));
        Assert.Equal(64u, recorder.CellAt(0, recorder.Columns - 1).MappedPages);
        Assert.Equal(64u, recorder.CellAt(0, 0).MappedPages);
        Assert.All(Enumerable.Range(0, recorder.Columns), column => Assert.Equal(0.5f, recorder.PointAt(column).FastPages));
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
        Assert.Equal(2, recorder.Pids.Count);
    }

    [Fact]
    public void Recording_known_addresses_makes_no_garbage()
    {
        HeatRecorder recorder = new(FastPlaces);
        using HeatMap map = new();
        HeatMaps.Round(map, [5, 6, 9], (_, _) => (true, true, 0));
        recorder.Record(1, TimeSpan.Zero, map);
        recorder.RecordShares(1, TimeSpan.Zero, 512, 256, 0.5, 512);
        int second = 0;
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (int i = 1; i < 100; i++)
            {
                second++;
                recorder.Record(1, TimeSpan.FromSeconds(second), map);
                recorder.RecordShares(1, TimeSpan.FromSeconds(second), 512, 256, 0.5, 512);
            }
        }));
    }
}
