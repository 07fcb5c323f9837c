using Terrace.Cli.Terminal;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>What the command refuses before it looks at a process; wrong-calls.txt has more.</summary>
public sealed class AccessedCommandTests
{
    private const int Screen = 40;

    [Theory]
    [InlineData("accessed 1")]
    [InlineData("accessed 1 --format bitmap")]
    [InlineData("accessed 1 --output /dev/stdout")]
    public void Bytes_are_not_written_to_a_terminal(string command)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using MemoryStream bytes = new();
        CliConsole console = new(output, error) { OutIsTerminal = true, Bytes = bytes };
        Assert.Equal(ExitCode.Usage, TerraceCommands.Run(command.Split(' '), console));
        Assert.Equal(
            "terrace: accessed writes bytes, and standard output is a terminal — send them to a program or a file, or add --json for "
                + "their numbers\n",
            error.ToString());
        Assert.Equal((0, ""), (bytes.Length, output.ToString()));
    }

    [Fact]
    public void Bytes_and_lines_do_not_go_to_the_same_place()
    {
        CommandRun run = CommandRun.Of("accessed", "1", "--json", "--output", "/dev/stdout");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("'/dev/stdout' is where --json writes", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_fits_a_screen() =>
        Assert.InRange(CommandRun.Of("accessed", "--help").Out.TrimEnd('\n').Split('\n').Length, 20, Screen);
}
