using System.CommandLine;
using Terrace.Cli.Completion;
using Terrace.Cli.Output;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace set</c>: gives a target another share.</summary>
internal static class SetCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string> target = new("TARGET") { Description = "A group, or a process that has a claim of its own, as terrace targets names them.", CompletionSources = { LiveValues.Groups } };
        Option<string> fast = new("--fast") { Description = "The share: 40%, 2G or auto; rule gives it back to its rule.", HelpName = "SHARE", Required = true, CompletionSources = { "auto", "rule" } };
        Option<bool> persist = new("--persist") { Description = "Keep it when the daemon starts anew." };
        Option<string> runFolder = DaemonOption.Create();
        Command command = new("set", """
            Gives a target of the daemon another share of fast memory, at once.

            Examples:
              sudo terrace set databases --fast 60%
              sudo terrace set databases --fast 4G --persist
              sudo terrace set databases --fast rule
            """) { target, fast, persist, runFolder };
        command.SetAction(parsed =>
        {
            ControlRequest request = new() { Command = ControlCommand.Set, Target = parsed.GetValue(target), Fast = parsed.GetValue(fast), Persist = parsed.GetValue(persist) };
            console.Out.WriteLine(DaemonOption.Ask(parsed.GetValue(runFolder)!, request).Done);
            return ExitCode.Ok;
        });
        return command;
    }
}
