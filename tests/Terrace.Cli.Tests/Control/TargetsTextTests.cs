using Terrace.Cli.Control;
using Terrace.Cli.Terminal;
using Terrace.Host.Control;

namespace Terrace.Cli.Tests.Control;

public sealed class TargetsTextTests
{
    private const long MiB = 1 << 20;

    private static readonly TargetStatus s_first = new()
    {
        Pid = 21,
        Name = "one",
        Tracker = "page-tables",
        Rounds = 3,
        Bytes = 100 * MiB,
        FastBytes = 50 * MiB,
        HitRatio = 0.9,
        PromotedBytes = 3 * MiB,
        DemotedBytes = 8 * MiB,
        LongestStallMs = 4,
    };

    private static readonly TargetStatus s_second = s_first with
    {
        Pid = 22,
        Name = "two",
        Bytes = 300 * MiB,
        FastBytes = 30 * MiB,
        HitRatio = 0.5,
        PromotedBytes = 2 * MiB,
        LongestStallMs = 7,
    };

    private static readonly TargetStatus s_new = new() { Pid = 23, Name = "new", Tracker = "page-tables" };

    [Fact]
    public void A_targets_own_row_has_the_sums_of_its_processes_and_their_longest_stall()
    {
        string[] row = RowOf("web", Written(0, s_first, s_second));

        // Of the accesses each process's memory counts by its size: (0.9 x 100 + 0.5 x 300) / 400.
        Assert.Equal(["400 MiB", "80 MiB", "0 B", "20.0 %", "60.0 %", "5 MiB", "16 MiB", "7 ms"], row[2..10]);
    }

    [Fact]
    public void Before_the_first_round_nothing_is_known_which_is_not_zero()
    {
        string text = Written(0, s_new);
        Assert.DoesNotContain("0 B", text, StringComparison.Ordinal);
        Assert.Contains("not known yet, before the first round is over", text, StringComparison.Ordinal);
        Assert.All(RowOf("23", text)[2..], cell => Assert.Equal("–", cell));
        Assert.DoesNotContain("not known yet", Written(0, s_first), StringComparison.Ordinal);
    }

    [Fact]
    public void Mappings_that_are_not_followed_are_said()
    {
        Assert.DoesNotContain("64 times", Written(0, s_first), StringComparison.Ordinal);
        Assert.Contains(
            "accesses through 3 MiB of pages mapped more than 64 times over, not seen",
            Written(0, s_first with { UnfollowedBytes = 3 * MiB }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Other_users_processes_are_not_nothing()
    {
        Assert.StartsWith("nothing is managed;", Written(0), StringComparison.Ordinal);
        Assert.StartsWith("none of your processes is managed; 3 processes of others not shown", Written(3), StringComparison.Ordinal);
        Assert.EndsWith("1 process of others not shown (sudo terrace targets)\n", Written(1, s_first), StringComparison.Ordinal);
    }

    [Fact]
    public void By_what_means_accesses_are_seen_is_said_once_for_processes_that_are_alike()
    {
        TargetStatus small = s_first with { Rounds = 3, Tracker = "page-tables", Clearer = "clear-refs" };
        TargetStatus[] processes =
        [
            small, small with { Pid = 8 }, small with { Pid = 9, Clearer = "madvise-cold" }, small with { Pid = 10, Rounds = 0 },
        ];
        using StringWriter writer = new();
        MeansText.Write(new TextOutput(writer), [new GroupStatus { Name = "web", Rule = "web", Fast = "40%", Processes = processes }]);
        Assert.Equal(
            "accesses of 2 processes: seen by page-tables, cleared by clear-refs\n"
                + "accesses of process 9: seen by page-tables, cleared by madvise-cold\n",
            writer.ToString());
    }

    [Fact]
    public void Huge_pages_that_are_split_are_said_and_how_many_of_their_pages_are_in_use()
    {
        TargetStatus[] processes =
        [
            s_first with { HugePages = 22, SplitHugePages = 107, WatchedHugePages = 3, HugePageUse = 0.125 },
            s_second with { HugePages = 9 },
            s_second with { Pid = 9, WatchedHugePages = 8 },
        ];
        using StringWriter writer = new();
        MeansText.WriteHugePages(
            new TextOutput(writer), [new GroupStatus { Name = "web", Rule = "web", Fast = "40%", Processes = processes }]);
        Assert.Equal(
            "huge pages of process 21: 22 whole, 107 kept split, 3 split to be watched; 12.5 % of their pages get 90 % of the accesses\n"
                + "huge pages of process 9: 0 whole, 0 kept split, 8 split to be watched\n",
            writer.ToString());
    }

    private static string[] RowOf(string start, string text)
    {
        string line = text.Split('\n').First(line => line.TrimStart().StartsWith(start, StringComparison.Ordinal));
        return [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Prepend("").Skip(1)];
    }

    private static string Written(int notShown, params TargetStatus[] processes)
    {
        using StringWriter writer = new();
        GroupStatus group = new()
        {
            Name = "web",
            Rule = "web",
            Fast = "40%",
            Bytes = processes.Sum(process => process.Bytes),
            FastBytes = processes.Sum(process => process.FastBytes),
            Processes = processes,
        };
        TargetsCommand.Write(new TextOutput(writer), processes.Length == 0 ? [] : [group], notShown);
        return writer.ToString();
    }
}
