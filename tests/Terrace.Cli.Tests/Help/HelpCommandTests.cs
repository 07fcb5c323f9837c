using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Help;

public sealed class HelpCommandTests
{
    [Theory]
    [InlineData("--for", "simulate", "--for")]
    [InlineData("-f, --fast", "simulate", "-f")]
    [InlineData("--device", "layout", "follow", "--device")]
    public void An_option_behind_its_command_is_explained_alone(string named, params string[] words)
    {
        CommandRun run = CommandRun.Of(["help", .. words]);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        string[] lines = run.Out.Split('\n');
        Assert.StartsWith($"Usage: terrace {string.Join(' ', words[..^1])} --", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"  {named} ", lines[2], StringComparison.Ordinal);
        Assert.InRange(lines.Length, 4, 6);
    }

    [Fact]
    public void The_exit_codes_are_shown_by_their_name()
    {
        CommandRun run = CommandRun.Of("help", "exit-codes");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Exit codes:\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("\n  73   a file cannot be written\n", run.Out, StringComparison.Ordinal);
    }
}
