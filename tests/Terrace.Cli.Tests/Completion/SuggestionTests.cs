using Terrace.Cli.Completion;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Completion;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("topo", "topology")]
    [InlineData("tiers o", "offline online")]
    [InlineData("kernel --mode ", "cooperate kernel terrace")]
    [InlineData("kernel --mode=t", "--mode=terrace")]
    [InlineData("manage --tracker ", "auto idle-bitmap page-tables")]
    [InlineData("manage --pid 1 --tracker idle", "idle-bitmap")]
    [InlineData("run --allocate p", "preferred")]
    [InlineData("simulate --workload s", "scan scattered")]
    [InlineData("exercise --huge-pages ", "off on")]
    [InlineData("set databases --fast r", "rule")]
    [InlineData("completion ", "bash fish zsh")]
    [InlineData("help topo", "topology")]
    [InlineData("help tiers o", "offline online")]
    [InlineData("scan --s", "--scans")]
    [InlineData("kernel --set min", "")]
    [InlineData("kernel --set numa", "numa_balancing=")]
    [InlineData("kernel --set transparent_hugepage=m", "transparent_hugepage=madvise")]
    [InlineData("kernel --set demotion=o", "demotion=off demotion=on")]
    [InlineData("exercise --advise ", "cold hot ignore pin")]
    public void What_may_stand_next_is_suggested(string line, string suggested) => Assert.Equal(suggested, string.Join(' ', Ask(line)));

    [Theory]
    [InlineData("run -- ls --")]
    [InlineData("daemon --config ")]
    [InlineData("simulate --heatmap h")]
    [InlineData("config check ")]
    [InlineData("topology ")]
    [InlineData("nonsense ")]
    [InlineData("scan --scans ")]
    [InlineData("sudo scan ")]
    public void Where_files_or_numbers_are_wanted_nothing_is_suggested(string line) => Assert.Empty(Ask(line));

    [Fact]
    public void Every_command_is_suggested() =>
        Assert.Superset(new HashSet<string>(["daemon", "completion", "man", "help"]), new HashSet<string>(Ask("")));

    [Theory]
    [InlineData("scan ")]
    [InlineData("manage ")]
    [InlineData("manage --pid ")]
    public void A_number_of_a_process_has_its_name_with_it_when_the_shell_can_show_it(string line)
    {
        string name = File.ReadAllText("/proc/self/comm").TrimEnd('\n');
        CommandRun run = CommandRun.Of($"[describe:{line.Length}]", line);
        Assert.Contains($"{Environment.ProcessId}\t{name}", run.Out.Split('\n'));
    }

    [Fact]
    public void Processes_are_suggested_by_name_too_and_commands_are_described()
    {
        string name = File.ReadAllText("/proc/self/comm").TrimEnd('\n');
        Assert.Contains(name, Ask("scan "));
        Assert.Equal("topology\tShow the machine's memory: nodes, tiers, latencies\n", CommandRun.Of("[describe:4]", "topo").Out);
    }

    [Fact]
    public void Options_are_suggested_once_and_without_the_aliases_of_help()
    {
        IReadOnlyList<string> options = Ask("daemon --verbose -");
        Assert.Equal(["--config", "--help", "--run-folder", "--state-folder", "--tiers"], options);
    }

    [Fact]
    public void Own_process_is_among_those_that_can_be_managed() => Assert.Contains($"{Environment.ProcessId}", Ask("manage --pid "));

    [Fact]
    public void Own_process_is_among_those_that_can_be_scanned() => Assert.Contains($"{Environment.ProcessId}", Ask("scan "));

    [Fact]
    public void What_follows_the_cursor_does_not_matter() =>
        Assert.Equal("status\n", CommandRun.Of("[suggest:3]", "statargets --json").Out);

    [Theory]
    [InlineData("a b", "a", "b")]
    [InlineData("a b ", "a b", "")]
    [InlineData("set \"web guests\" --f", "set/web guests", "--f")]
    [InlineData("set 'web gu", "set", "web gu")]
    [InlineData(@"set web\ gu", "set", "web gu")]
    [InlineData("", "", "")]
    [InlineData("\"", "", "")]
    public void Lines_are_split_as_a_shell_would(string line, string words, string current)
    {
        SuggestionRequest request = SuggestionRequest.Split(line);
        Assert.Equal(current, request.Current);
        Assert.Equal(
            words.Contains('/', StringComparison.Ordinal) ? words.Split('/') : words.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            request.Words);
    }

    private static string[] Ask(string line)
    {
        CommandRun run = CommandRun.Of($"[suggest:{line.Length}]", line);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        return run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
