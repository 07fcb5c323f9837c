using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Simulate;

public sealed class SimulateCommandTests
{
    [Fact]
    public void Json_tells_rounds_and_a_summary()
    {
        CommandRun run = CommandRun.Of("simulate", "--for", "12s", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        IReadOnlyList<JsonElement> lines = run.Lines();
        Assert.Equal(
            [
                "event", "pid", "round", "seconds", "pages", "immovablePages", "fastPagesBefore", "fastPagesAfter", "budgetPages",
                "hotPages",
                "touchedPages", "coldPages",
                "hotThreshold", "estimatedHitRatio", "intervalMs", "restMs", "looks", "calledByLook", "chunksAtRest", "readMs", "clearMs",
                "longestClearMs", "moveMs", "plannedPromotions",
                "plannedDemotions", "promoted", "demoted", "shareMs", "sharedHotPages", "sharedColdPages",
                "hugePages", "splitHugePages", "watchedHugePages", "nowSplit", "nowJoined", "joinedByOthers", "splitsRefused", "hugePageMs",
                "heldBackResting",
                "heldBackNotWorth", "heldBackPressure", "heldBackNoRoom", "moveRate", "backOff",
                "missedPages", "missedBecause", "fullNodes",
                "tierPages", "tierMoves",
            ],
            CommandRun.NamesOf(lines[0]));
        Assert.Equal(
            ["moved", "alreadyThere", "busy", "gone", "noMemory", "denied", "processGone"],
            CommandRun.NamesOf(lines[0].GetProperty("promoted")));
        Assert.All(lines.Where(line => EventOf(line) == "round"), AssertTiersAddUp);
        JsonElement summary = lines[^1];
        Assert.Equal("summary", summary.GetProperty("event").GetString());
        Assert.Equal(
            [
                "event", "workload", "seed", "seconds", "accesses", "hitRatioFirst", "hitRatioLast", "oracle",
                "accessesPerSecondFirst", "accessesPerSecondLast",
                "fastPageShare", "tieringSeconds", "digest", "management",
            ],
            CommandRun.NamesOf(summary));
        Assert.True(summary.GetProperty("hitRatioLast").GetDouble() > summary.GetProperty("hitRatioFirst").GetDouble() + 0.1);
        JsonElement management = summary.GetProperty("management");
        long moved = lines.Take(lines.Count - 1).Sum(line => line.GetProperty("promoted").GetProperty("moved").GetInt64());
        Assert.Equal(moved, management.GetProperty("promoted").GetProperty("moved").GetInt64());
        Assert.Equal(lines.Count(line => EventOf(line) == "round"), management.GetProperty("rounds").GetInt64());
        Assert.True(lines.Count(line => EventOf(line) == "brokenOff") <= 1);
    }

    [Fact]
    public void What_a_round_moved_that_was_not_finished_is_in_the_summary_with_the_true_reason()
    {
        CommandRun run = CommandRun.Of("simulate", "--for", "2s", "--fast", "30%", "--json");
        JsonElement summary = run.Lines()[^1];
        JsonElement management = summary.GetProperty("management");
        Assert.Equal(0, management.GetProperty("rounds").GetInt64());

        // All was fast that could be: what is not fast now has moved.
        JsonElement process = Assert.Single(management.GetProperty("processes").EnumerateArray().ToArray());
        long before = process.GetProperty("fastPagesBefore").GetInt64();
        long now = process.GetProperty("fastPages").GetInt64();
        Assert.InRange(before - now, 1000, long.MaxValue);
        Assert.Equal(
            (before - now) * 4096, management.GetProperty("demotedBytes").GetInt64() - management.GetProperty("promotedBytes").GetInt64());
        Assert.Equal(
            summary.GetProperty("fastPageShare").GetDouble(), (double)now / process.GetProperty("pages").GetInt64(), tolerance: 0.001);
        string words = CommandRun.Of("simulate", "--for", "2s", "--fast", "30%").Out;
        Assert.Contains("managed 1 process for 2 s in 0 rounds", words, StringComparison.Ordinal);
        Assert.Contains("the time was over before the end of the first one", words, StringComparison.Ordinal);
        Assert.DoesNotContain("exited", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--workload scan --for 5s")]
    [InlineData("--workload contiguous --fast 30% --for 5s")]
    public void More_than_the_best_possible_is_explained(string options)
    {
        string[] line = ["simulate", .. options.Split(' ')];
        JsonElement summary = CommandRun.Of([.. line, "--json"]).Lines()[^1];
        double most = Math.Max(summary.GetProperty("hitRatioFirst").GetDouble(), summary.GetProperty("hitRatioLast").GetDouble());
        string words = CommandRun.Of(line).Out.ReplaceLineEndings(" ");
        Assert.Equal(
            most > summary.GetProperty("oracle").GetDouble() * 1.005,
            words.Contains("(all counted exactly): ", StringComparison.Ordinal));
    }

    private static string? EventOf(JsonElement line) => line.GetProperty("event").GetString();

    private static void AssertTiersAddUp(JsonElement round)
    {
        long[] pages = [.. round.GetProperty("tierPages").EnumerateArray().Select(tier => tier.GetInt64())];
        Assert.Equal(2, pages.Length);
        Assert.Equal(round.GetProperty("fastPagesAfter").GetInt64(), pages[0]);
        Assert.Equal(round.GetProperty("pages").GetInt64(), pages.Sum());
        foreach ((string direction, int from, int to) in new[] { ("promoted", 1, 0), ("demoted", 0, 1) })
        {
            JsonElement way = round.GetProperty("tierMoves").EnumerateArray()
                .SingleOrDefault(way => (way.GetProperty("from").GetInt32(), way.GetProperty("to").GetInt32()) == (from, to));
            long moved = way.ValueKind == JsonValueKind.Undefined ? 0 : way.GetProperty("moved").GetInt64();
            Assert.Equal(round.GetProperty(direction).GetProperty("moved").GetInt64(), moved);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_and_another_does_not()
    {
        string[] line = ["simulate", "--for", "4s", "--workload", "moving", "--json", "--seed"];
        CommandRun one = CommandRun.Of([.. line, "7"]);
        Assert.Equal(one.Out, CommandRun.Of([.. line, "7"]).Out);
        Assert.NotEqual(one.Out, CommandRun.Of([.. line, "8"]).Out);
    }

    [Fact]
    public void A_dry_run_decides_and_moves_nothing()
    {
        JsonElement summary = CommandRun.Of("simulate", "--for", "6s", "--dry-run", "--json").Lines()[^1].GetProperty("management");
        Assert.True(summary.GetProperty("dryRun").GetBoolean());
        Assert.True(summary.GetProperty("plannedPromotions").GetInt64() > 0);
        Assert.Equal(0, summary.GetProperty("promotedBytes").GetInt64() + summary.GetProperty("demotedBytes").GetInt64());
    }

    [Theory]
    [InlineData(".svg", "<svg")]
    [InlineData(".png", "PNG")]
    public void Pictures_events_and_summaries_go_to_their_files(string extension, string magic)
    {
        string folder = Directory.CreateTempSubdirectory("terrace-test").FullName;
        try
        {
            string picture = Path.Combine(folder, "heat" + extension);
            string events = Path.Combine(folder, "events.jsonl");
            string summary = Path.Combine(folder, "summary.json");
            CommandRun run = CommandRun.Of(
                "simulate", "--for", "3s", "--fast", "30%", "--heatmap", picture, "--events", events, "--summary-json", summary);
            Assert.Equal(0, run.ExitCode);
            Assert.Contains("fast share 30%", run.Out, StringComparison.Ordinal);
            Assert.Contains(picture, run.Error, StringComparison.Ordinal);
            Assert.Contains(magic, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(picture), 0, 10), StringComparison.Ordinal);
            string[] lines = File.ReadAllLines(events);
            Assert.Equal(lines[^1], File.ReadAllText(summary).TrimEnd());
            Assert.Contains("\"event\":\"round\"", lines[0], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Without_an_access_no_share_is_said()
    {
        JsonElement summary = CommandRun.Of("simulate", "--workload", "idle", "--for", "2s", "--json").Lines()[^1];
        Assert.Equal(
            (0, JsonValueKind.Null, JsonValueKind.Null),
            (summary.GetProperty("accesses").GetInt64(),
                summary.GetProperty("hitRatioFirst").ValueKind,
                summary.GetProperty("hitRatioLast").ValueKind));
        string words = CommandRun.Of("simulate", "--workload", "idle", "--for", "2s").Out;
        Assert.Contains("there were no accesses", words, StringComparison.Ordinal);
        Assert.Contains("no access was seen", words, StringComparison.Ordinal);
        Assert.DoesNotContain("100.0 %", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1s", "in the first second;")]
    [InlineData("4s", "over all 4 s;")]
    [InlineData("12s", "in the last 10 s;")]
    public void The_time_that_a_share_is_of_is_the_true_one(string time, string said)
    {
        string words = CommandRun.Of("simulate", "--for", time).Out;
        Assert.Contains(said, words, StringComparison.Ordinal);
        Assert.Equal(time == "12s", words.Contains("in the last 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public void An_estimate_next_to_what_was_counted_says_which_is_which() => Assert.Contains(
        "estimated from heat, all that Terrace can know; what was counted is above",
        CommandRun.Of("simulate", "--for", "6s").Out,
        StringComparison.Ordinal);

    [Fact]
    public void A_small_share_is_not_shown_as_none() =>
        Assert.Contains("fast share 0.0001%", CommandRun.Of("simulate", "--fast", "0.0001%", "--for", "1s").Out, StringComparison.Ordinal);

    [Fact]
    public void A_picture_that_cannot_be_written_costs_no_run()
    {
        CommandRun run = CommandRun.Of("simulate", "--heatmap", "/no/such/folder/heat.svg");
        Assert.Equal(ExitCode.CannotWrite, run.ExitCode);
        Assert.Contains("/no/such/folder/heat.svg", run.Error, StringComparison.Ordinal);
    }
}
