using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Control;

/// <summary><c>terrace pause</c> and <c>terrace resume</c>.</summary>
internal static class PauseCommand
{
    public static Command CreatePause(CliConsole console) => Create(console, ControlCommand.Pause, """
        Stop scanning and moving, for all targets or one

        The daemon neither scans nor moves pages until terrace resume. Pages stay where they are.

        Examples:
          sudo terrace pause
          sudo terrace pause databases
        """);

    public static Command CreateResume(CliConsole console) => Create(console, ControlCommand.Resume, """
        Continue what terrace pause stopped

        Examples:
          sudo terrace resume
          sudo terrace resume databases
        """);

    private static Command Create(CliConsole console, string word, string description)
    {
        Argument<string?> target = new("TARGET")
        {
            Description = "A group or process. By default all of them.",
            HelpName = "TARGET",
            Arity = ArgumentArity.ZeroOrOne,
            CompletionSources = { LiveValues.Groups },
        };
        Option<string> runFolder = DaemonOption.Create();
        Command command = new(word, description) { target, runFolder };
        command.SetAction(parsed =>
        {
            console.Out.WriteLine(
                DaemonOption.Ask(
                    parsed.GetValue(runFolder)!, new ControlRequest { Command = word, Target = parsed.GetValue(target) }).Done);
            return ExitCode.Ok;
        });
        return command;
    }
}
