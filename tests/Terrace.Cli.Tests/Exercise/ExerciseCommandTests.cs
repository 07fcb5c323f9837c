using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Exercise;

public sealed class ExerciseCommandTests
{
    private static readonly string[] s_reportNames =
    [
        "event", "seconds", "phase", "accesses", "accessesPerSecond", "fastShare", "fastPageShare", "oracle", "ofOracle",
        "latencyNs", "longestStallMs",
    ];

    [Fact]
    public void Json_tells_start_reports_and_end()
    {
        CommandRun run = CommandRun.Of(
            "exercise", "--size", "8M", "--for", "1500ms", "--report-every", "400ms", "--phase", "600ms", "--json");
        Assert.Equal(0, run.ExitCode);
        IReadOnlyList<JsonElement> lines = run.Lines();
        Assert.Equal(["event", "pid", "sizeBytes", "pages", "workload", "arena"], CommandRun.NamesOf(lines[0]));
        Assert.Equal(Environment.ProcessId, lines[0].GetProperty("pid").GetInt32());
        Assert.Equal(2048, lines[0].GetProperty("pages").GetInt32());
        Assert.Equal(
            ["start", .. Enumerable.Repeat("report", lines.Count - 2), "final"],
            lines.Select(line => line.GetProperty("event").GetString()!));

        // Three reports, or fewer when the machine is busy.
        Assert.InRange(lines.Count, 3, 5);
        foreach (JsonElement line in lines.Skip(1))
        {
            Assert.Equal(s_reportNames, CommandRun.NamesOf(line));
            Assert.Equal(["p50", "p99", "p999", "max"], CommandRun.NamesOf(line.GetProperty("latencyNs")));
            if (line.GetProperty("fastShare").ValueKind != JsonValueKind.Null)
            {
                Assert.Equal(1, line.GetProperty("fastShare").GetDouble());
                Assert.Equal(1, line.GetProperty("ofOracle").GetDouble(), 6);
            }
        }

        // On a busy machine a report can be made before a page was seen to be accessed: then it has no share. In the end there is one.
        JsonElement final = lines[^1];
        Assert.Equal(JsonValueKind.Number, final.GetProperty("fastShare").ValueKind);
        Assert.InRange(final.GetProperty("phase").GetInt32(), 1, 2);
        long reported = lines.Skip(1).Take(lines.Count - 2).Sum(line => line.GetProperty("accesses").GetInt64());
        Assert.InRange(final.GetProperty("accesses").GetInt64(), Math.Max(reported, 1), long.MaxValue);
    }

    [Fact]
    public void Advice_that_no_daemon_took_is_an_error_however_short_the_run()
    {
        CommandRun run = CommandRun.Of(
            "exercise", "--size", "4M", "--for", "100ms", "--no-measure", "--contiguous", "--advise", "hot", "--run-folder", "/nowhere");
        Assert.Equal(ExitCode.Unavailable, run.ExitCode);
        Assert.Contains("terrace: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_measuring_shares_are_null()
    {
        CommandRun run = CommandRun.Of(
            "exercise", "--size", "4M", "--for", "500ms", "--no-measure", "--threads", "2", "--write", "50%", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(JsonValueKind.Null, run.Lines()[^1].GetProperty("fastShare").ValueKind);
        Assert.True(run.Lines()[^1].GetProperty("accesses").GetInt64() > 0);
    }

    [Fact]
    public void The_oracle_keeps_to_the_share_that_was_asked_for()
    {
        CommandRun run = CommandRun.Of("exercise", "--size", "40M", "--for", "500ms", "--fast", "5%", "--json");
        // Half of the hot tenth: half of 90 %.
        Assert.Equal(0.45, run.Lines()[^1].GetProperty("oracle").GetDouble(), 3);
    }

    [Fact]
    public void Text_begins_with_the_process_number()
    {
        CommandRun run = CommandRun.Of("exercise", "--size", "4M", "--for", "500ms", "--contiguous");
        Assert.StartsWith($"pid {Environment.ProcessId}: 4 MiB, 10 % of the pages (contiguous)", run.Out, StringComparison.Ordinal);
        Assert.Contains("whole run", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_pages_names_each_with_its_node_and_heat()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Assert.Equal(0, CommandRun.Of("exercise", "--size", "4M", "--for", "500ms", "--pages-to", path).ExitCode);
            string[] lines = File.ReadAllLines(path);
            Assert.Equal("address,node,accesses,hot", lines[0]);
            Assert.Equal(1 + 1024, lines.Length);
            Assert.Equal(102, lines.Count(line => line.EndsWith(",1", StringComparison.Ordinal)));
            Assert.All(lines.Skip(1), line => Assert.Equal("0", line.Split(',')[1]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_costs_no_run()
    {
        CommandRun run = CommandRun.Of("exercise", "--size", "4M", "--pages-to", "/no/such/folder/pages.csv");
        Assert.Equal(ExitCode.CannotWrite, run.ExitCode);
        Assert.Equal("", run.Out);
        Assert.Contains("/no/such/folder/pages.csv", run.Error, StringComparison.Ordinal);
    }
}
