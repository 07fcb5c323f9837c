using Terrace.Benchmarks.History;

namespace Terrace.Architecture.Tests;

/// <summary>The committed history of figures can be read, line by line.</summary>
public sealed class HistoryTests
{
    private static string[] Lines => Repository.Read("benchmarks/history.csv").TrimEnd('\n').Split('\n');

    [Fact]
    public void Every_row_of_the_history_can_be_read()
    {
        Assert.Equal(HistoryRow.Header, Lines[0]);
        Assert.All(Lines.Skip(1), line => Assert.True(HistoryRow.Parse(line, out string problem) is not null, $"{line}: {problem}"));
    }

    [Fact]
    public void A_row_reads_as_it_was_written()
    {
        DateOnly day = new(2026, 11, 29);
        HistoryRow row = new(day, "b8527c79d+", "A \"fast\" CPU, 2 cores", "scan-cost/ratio", 22.5, "x", 19.25, null, "./bench --lab");
        Assert.Equal(row, HistoryRow.Parse(row.Format(), out string problem));
        Assert.Empty(problem);
        Assert.Equal("2026-11-29,b8527c79d+,\"A \"\"fast\"\" CPU, 2 cores\",scan-cost/ratio,22.5,x,19.25,,./bench --lab", row.Format());
    }

    [Theory]
    [InlineData("")]
    [InlineData("29.11.2026,b8527c7,CPU,run/what,1,x,,,./bench")]
    [InlineData("2026-11-29,none,CPU,run/what,1,x,,,./bench")]
    [InlineData("2026-11-29,b8527c7,,run/what,1,x,,,./bench")]
    [InlineData("2026-11-29,b8527c7,CPU,run,1,x,,,./bench")]
    [InlineData("2026-11-29,b8527c7,CPU,run/what,,x,,,./bench")]
    [InlineData("2026-11-29,b8527c7,CPU,run/what,NaN,x,,,./bench")]
    [InlineData("2026-11-29,b8527c7,CPU,run/what,1,x,2,3,./bench")]
    [InlineData("2026-11-29,b8527c7,CPU,run/what,1,x,,")]
    [InlineData("2026-11-29,b8527c7,CPU,run/what,1,x,,,./bench,more")]
    [InlineData("2026-11-29,b8527c7,\"CPU,run/what,1,x,,,./bench")]
    public void A_row_that_is_none_is_refused(string line)
    {
        Assert.Null(HistoryRow.Parse(line, out string problem));
        Assert.NotEmpty(problem);
    }
}
