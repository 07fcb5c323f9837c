using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Control;

/// <summary><c>terrace reload</c>: makes the daemon read its configuration again.</summary>
internal static class ReloadCommand
{
    public static Command Create(CliConsole console)
    {
        Option<string> runFolder = DaemonOption.Create();
        Command command = new("reload", """
            Make the daemon read its configuration again

            A bad configuration changes nothing; what is wrong with it is shown here.

            Example:
              sudo terrace reload
            """) { runFolder };
        command.SetAction(parsed =>
        {
            console.Out.WriteLine(
                DaemonOption.Ask(parsed.GetValue(runFolder)!, new ControlRequest { Command = ControlCommand.Reload }).Done);
            return ExitCode.Ok;
        });
        return command;
    }
}
