using Terrace.Host.Failures;

namespace Terrace.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Version_is_one_line_that_begins_with_the_number()
    {
        CommandRun run = CommandRun.Of("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+( \([0-9a-f]{4,9}(, modified)?\))?\n$", run.Out);
        Assert.Equal(run, CommandRun.Of("-V"));
    }

    [Theory]
    [InlineData("simulate --fast 30% --dry-run --for 1s", "simulate -f 30% -n --for 1s")]
    [InlineData("manage --pid 0", "manage -p 0")]
    [InlineData("set x --fast no", "set x -f no")]
    [InlineData("daemon --config /no/such/file --run-folder /no", "daemon -c /no/such/file --run-folder /no")]
    [InlineData("events --follow --run-folder /no", "events -f --run-folder /no")]
    public void Short_names_mean_the_same(string line, string shorter) =>
        Assert.Equal(CommandRun.Of(line.Split(' ')), CommandRun.Of(shorter.Split(' ')));

    [Fact]
    public void A_name_that_no_process_has_is_said_before_this_machine_is_asked_for_tiers()
    {
        foreach (string command in (string[])["scan", "manage"])
        {
            CommandRun run = CommandRun.Of(command, "no-such-program");
            Assert.Equal((ExitCode.NoSuchProcess, ""), (run.ExitCode, run.Out));
            Assert.Contains("no process is named 'no-such-program'", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_command_help_is_shown()
    {
        CommandRun run = CommandRun.Of();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(CommandRun.Of("--help"), run);
    }

    [Fact]
    public void The_help_that_is_pointed_to_is_the_subcommands() =>
        Assert.Contains(
            "see terrace tiers isolate --help", CommandRun.Of("tiers", "isolate", "--nonsense").Error, StringComparison.Ordinal);
}
