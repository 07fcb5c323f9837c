using System.Text.RegularExpressions;
using Terrace.Host.Failures;
using Terrace.Tests;

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

    [Fact]
    public void Help_and_the_manual_page_have_every_exit_code_that_the_documentation_has()
    {
        string page = RepositoryFile.Read("docs/commands.md");
        string[] codes =
        [
            .. Regex.Matches(page[page.IndexOf("## Exit codes", StringComparison.Ordinal)..], @"(?m)^\| ([0-9]+) \|")
                .Select(match => match.Groups[1].Value),
        ];
        Assert.True(codes.Length >= 13);
        string help = CommandRun.Of("help", "exit-codes").Out;
        string manual = CommandRun.Of("man").Out;
        Assert.All(codes, code =>
        {
            Assert.Matches($@"(?m)^  {code} ", help);
            Assert.Matches($@"(?m)^\.?(\\fB|B )?{code}\b|^\\fB{code}", manual);
        });
        Assert.Contains("\n  127    there is no such command\n", CommandRun.Of("run", "--help").Out, StringComparison.Ordinal);
    }
}
