using System.CommandLine;
using Terrace.Cli.Output;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace reload</c>: has the daemon read its configuration anew.</summary>
internal static class ReloadCommand
{
    public static Command Create(CliConsole console)
    {
        Option<string> runFolder = DaemonOption.Create();
        Command command = new("reload", """
            Has the daemon read its configuration anew. A bad one changes nothing, and what is wrong with it is said here.

            Example:
              sudo terrace reload
            """) { runFolder };
        command.SetAction(parsed =>
        {
            console.Out.WriteLine(DaemonOption.Ask(parsed.GetValue(runFolder)!, new ControlRequest { Command = ControlCommand.Reload }).Done);
            return ExitCode.Ok;
        });
        return command;
    }
}
