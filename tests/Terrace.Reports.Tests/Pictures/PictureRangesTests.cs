using Terrace.Core.Tracking;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class PictureRangesTests
{
    [Fact]
    public void Ranges_have_names_and_sizes_and_small_ones_are_gathered_for_each_process()
    {
        IReadOnlyList<PictureRange> ranges = PictureRanges.Of(Pictured.Server(), most: 10);
        (int, string, long)[] once =
        [
            (0, "heap", 80 << 20), (0, "memfd jit-cache", 40 << 20), (0, "libvery-long-name-of-a-library.so.6.0.33", 60 << 20),
            (0, "20 small mappings", 20 * 8 * 4096),
        ];
        Assert.Equal(
            [.. once, .. once.Select(range => range with { Item1 = 1 })], ranges.Select(range => (range.Target, range.Name, range.Bytes)));
        Assert.Equal(1000UL << 21, ranges[0].Start);
        Assert.Null(ranges[3].Start);
    }

    [Fact]
    public void Every_row_is_in_one_range_however_few_may_be_shown()
    {
        HeatRecorder recorder = Pictured.Server();
        Assert.All(
            Enumerable.Range(0, 12),
            most => Assert.Equal(
                Enumerable.Range(0, recorder.Rows.Count), PictureRanges.Of(recorder, most).SelectMany(range => range.Rows).Order()));
    }

    [Fact]
    public void Memory_of_many_processes_is_shown_where_it_is_large()
    {
        HeatRecorder recorder = new(1);
        using HeatMap small = new();
        HeatMaps.Round(small, [5], (_, page) => (page < 4, false, 0));
        using HeatMap large = new();
        HeatMaps.Round(large, Enumerable.Range(9, 9).Select(chunk => (ulong)chunk), (_, _) => (true, false, 0));
        for (int pid = 1; pid <= 20; pid++)
        {
            recorder.Record(pid, TimeSpan.Zero, pid == 7 ? large : small);
        }

        IReadOnlyList<PictureRange> ranges = PictureRanges.Of(recorder, most: 10);
        Assert.Equal([(6, PictureRanges.Anonymous), (-1, "19 small mappings")], ranges.Select(range => (range.Target, range.Name)));
    }

    [Fact]
    public void Names_of_what_is_gone_stay_until_something_else_is_there()
    {
        RangeNames names = new();
        names.Update([new(10, 20, "a"), new(30, 40, "b"), new(50, 60, "c")]);
        names.Update([new(15, 18, "d"), new(45, 47, "e")]);
        Assert.Equal("", names.Of(10, 12));
        Assert.Equal("d", names.Of(10, 20));
        Assert.Equal("b", names.Of(30, 40));
        Assert.Equal("e", names.Of(40, 50));
        Assert.Equal("c", names.Of(47, 70));
        Assert.Equal("", names.Of(70, 80));
    }

    [Theory]
    [InlineData("1600x1200", null)]
    [InlineData("640X480", null)]
    [InlineData("4096x4096", null)]
    [InlineData("639x480", "out of range")]
    [InlineData("640x4097", "out of range")]
    [InlineData("1600", "not a size")]
    [InlineData("1600x", "not a size")]
    [InlineData("-700x700", "not a size")]
    [InlineData("7e2x700", "not a size")]
    [InlineData("700x700x700", "not a size")]
    public void Sizes_are_read_or_refused_with_a_reason(string text, string? problem)
    {
        bool read = PictureSize.TryParse(text, out PictureSize size, out Terrace.Core.Units.Problem? why);
        Assert.Equal(problem is null, read);
        Assert.Contains(problem ?? "", why?.AsClause ?? "", StringComparison.Ordinal);
        Assert.True(!read || size.Width > 0);
    }
}
