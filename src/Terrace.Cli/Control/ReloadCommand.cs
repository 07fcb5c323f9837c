using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Control;

/// <summary><c>terrace reload</c>: makes the daemon read its configuration again.</summary>
internal static class ReloadCommand
{
    public static Command Create(CliConsole console)
    {
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> dryRun = new("--dry-run") { Description = "Only show what would change, and change nothing." };
        Command command = new("reload", """
            Make the daemon read its configuration again

            A bad configuration changes nothing; what is wrong with it is shown here.

            Examples:
              sudo terrace reload --dry-run   # what would change: + new, - gone, ~ changed, > processes
              sudo terrace reload
            """) { runFolder, dryRun };
        command.SetAction(parsed =>
        {
            ControlResponse response = DaemonOption.Ask(
                parsed.GetValue(runFolder)!,
                new ControlRequest { Command = ControlCommand.Reload, DryRun = parsed.GetValue(dryRun) });
            foreach (string change in response.Changes ?? [])
            {
                console.Out.WriteLine(Printable.Of(change));
            }

            console.Out.WriteLine(
                response.Done ?? (response.Changes is { Count: > 0 } ? "nothing was changed yet" : "nothing would change"));
            return ExitCode.Ok;
        });
        return command;
    }
}
