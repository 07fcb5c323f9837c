using System.Runtime.InteropServices;
using Terrace.Cli.Run;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Run;

public sealed class ChildCommandTests
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public void The_exit_code_is_the_commands_own(string script, int code)
    {
        using ChildCommand child = ChildCommand.Start(["sh", "-c", script]);
        Assert.Equal(code, child.WaitForExit());
        Assert.True(child.HasExited);
    }

    [Theory]
    [InlineData("no-such-command-anywhere", ExitCode.CommandNotFound)]
    [InlineData("/no/such/program", ExitCode.CommandNotFound)]
    [InlineData("/etc/passwd", ExitCode.CannotExecute)]
    [InlineData("/etc", ExitCode.CannotExecute)]
    public void What_cannot_be_started_fails_as_in_a_shell(string name, int code)
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => ChildCommand.Start([name]).Dispose());
        Assert.Equal(code, failure.ExitCode);
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_current_folder_is_not_found_by_its_name_alone()
    {
        string name = Path.GetFileName(Directory.EnumerateFiles(Environment.CurrentDirectory).First());
        Assert.Equal(ExitCode.CommandNotFound, Assert.Throws<CommandFailure>(() => ChildCommand.Start([name]).Dispose()).ExitCode);
    }

    [Fact]
    public void Arguments_arrive_as_they_are()
    {
        using ChildCommand child = ChildCommand.Start(["sh", "-c", "test \"$1\" = 'a \"b\" *' && test \"$2\" = ''", "sh", "a \"b\" *", ""]);
        Assert.Equal(0, child.WaitForExit());
    }

    [Fact]
    public void A_signal_is_passed_on()
    {
        using ChildCommand child = ChildCommand.Start(["sleep", "60"]);
        child.Forward(PosixSignal.SIGTERM);
        Assert.Equal(143, child.WaitForExit());
    }
}
