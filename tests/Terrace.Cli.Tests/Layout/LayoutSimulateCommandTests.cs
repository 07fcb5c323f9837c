using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutSimulateCommandTests
{
    [Fact]
    public void Without_options_it_is_the_example_of_the_RFC()
    {
        CommandRun run = CommandRun.Of("layout", "simulate", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement report = run.Lines().Single();
        Assert.Equal(["frames", "inUse", "seed", "commitMs", "longestSlice", "nodes", "means"], CommandRun.NamesOf(report));
        Assert.Equal(["node", "before", "after", "freed"], CommandRun.NamesOf(report.GetProperty("nodes")[0]));
        Assert.Equal(["present", "managed", "free", "onCpus"], CommandRun.NamesOf(report.GetProperty("nodes")[0].GetProperty("before")));
        Assert.Equal(["means", "copied", "atOnce", "whenFreed", "never"], CommandRun.NamesOf(report.GetProperty("means")[0]));
        Assert.Equal(32768, report.GetProperty("frames").GetInt64());
        Assert.Equal(
            [16384L, 16384, 0],
            report.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("before").GetProperty("present").GetInt64()));
        Assert.Equal(
            [11008L, 11008, 10752],
            report.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("freed").GetProperty("present").GetInt64()));
    }

    [Fact]
    public void People_read_what_each_means_would_cost()
    {
        CommandRun run = CommandRun.Of("layout", "simulate", "--boot-nodes", "0", "--nodes", "3", "--in-use", "0%", "--size", "8MiB");
        Assert.Equal(0, run.ExitCode);
        string[] lines = run.Out.Split('\n');
        Assert.Equal("8 MiB of page frames, 0 B in use", lines[0]);
        string empty = lines.Single(line => line.StartsWith("   3", StringComparison.Ordinal));
        Assert.StartsWith("   3      0 B", empty, StringComparison.Ordinal);
        Assert.EndsWith(" 8 MiB", empty, StringComparison.Ordinal);
        Assert.EndsWith(
            "8 MiB     0 B",
            lines.Single(line => line.StartsWith("copying elsewhere", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--size", "0", "out of range; write 4KiB to 16GiB")]
    [InlineData("--size", "17GiB", "out of range; write 4KiB to 16GiB")]
    [InlineData("--size", "4097B", "not a whole number of pages")]
    [InlineData("--nodes", "0,64", "names a node beyond 63")]
    [InlineData("--boot-nodes", "", "has an empty value; write --boot-nodes")]
    [InlineData("--block", "0", "blocks need at least one page")]
    [InlineData("--in-use", "101%", "out of range; write 0% to 100%")]
    public void What_cannot_be_simulated_is_refused(string option, string value, string problem)
    {
        CommandRun run = CommandRun.Of("layout", "simulate", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }
}
