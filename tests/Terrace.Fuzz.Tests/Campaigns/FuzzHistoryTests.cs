using System.Globalization;
using Terrace.Fuzz.Campaigns;

namespace Terrace.Fuzz.Tests.Campaigns;

public sealed class FuzzHistoryTests
{
    private static string[] Lines => File.ReadAllLines(Path.Combine(CapturedFiles.Repository, FuzzHistory.Place));

    [Fact]
    public void The_page_shows_every_target_with_the_newest_figures_that_were_kept()
    {
        string[] page = File.ReadAllLines(Path.Combine(CapturedFiles.Repository, FuzzPage.Place));
        Assert.Equal(FuzzPage.Rows(Lines), page.SkipWhile(line => !line.StartsWith("| target |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')));
    }

    [Fact]
    public void Every_line_that_was_kept_is_of_a_target_and_can_be_read()
    {
        Assert.Equal(FuzzHistory.Heading, Lines[0]);
        foreach (string[] words in Lines.Skip(1).Select(line => line.Split(',')))
        {
            Assert.True(DateOnly.TryParseExact(words[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
            Assert.NotNull(FuzzTargets.Find(words[1]));
            Assert.Equal(6, words[2..].Count(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
        }
    }

    [Fact]
    public void Of_several_results_of_a_target_the_last_counts()
    {
        TargetResult result = new(
            FuzzTargets.Find("btf")!, 100, new AflFigures(3, 20, 170), [new Fault("a", IsHang: true, [])], TimeSpan.FromSeconds(4));
        string line = FuzzHistory.LineOf(result, new DateOnly(2026, 11, 29));
        Assert.Equal("2026-11-29,btf,100,170,20,0,1,25", line);
        string[] lines = [FuzzHistory.Heading, "2026-11-28,btf,1,1,1,1,1,1", line, "2026-11-29,qemu,2,2,2,2,2,2"];
        Assert.Equal([100, 170, 20, 0, 1, 25], FuzzHistory.NewestOf("btf", lines)!);
        Assert.Null(FuzzHistory.NewestOf("kcore", lines));
    }
}
