using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Control;

/// <summary><c>terrace set</c>: changes the share of a target.</summary>
internal static class SetCommand
{
    private const string RuleShare = "rule";

    public static Command Create(CliConsole console)
    {
        Argument<string> target = new("TARGET")
        {
            Description = "A group, or a process with a share of its own, as terrace targets names them.",
            HelpName = "TARGET",
            CompletionSources = { LiveValues.Groups },
        };
        Option<string> fast = new("--fast", "-f")
        {
            Description = "The share: 40%, 2G or auto; or rule, to go back to what its rule says.",
            HelpName = "SHARE",
            Required = true,
            CompletionSources = { "auto", RuleShare },
            Validators = { result => Check(result.Tokens[^1].Value, result.AddError) },
        };
        Option<bool> persist = new("--persist") { Description = "Keep it when the daemon restarts." };
        Option<string> runFolder = DaemonOption.Create();
        Command command = new("set", """
            Change the share of fast memory of a target, at once

            Examples:
              sudo terrace set databases --fast 60%
              sudo terrace set databases --fast 4G --persist
              sudo terrace set databases --fast rule           # back to what the configuration says
            """) { target, fast, persist, runFolder };
        command.SetAction(parsed =>
        {
            ControlRequest request = new()
            {
                Command = ControlCommand.Set,
                Target = parsed.GetValue(target),
                Fast = parsed.GetValue(fast),
                Persist = parsed.GetValue(persist),
            };
            console.Out.WriteLine(DaemonOption.Ask(parsed.GetValue(runFolder)!, request).Done);
            return ExitCode.Ok;
        });
        return command;
    }

    // Before the daemon is looked for: what is wrong with the words is wrong with any daemon.
    private static void Check(string share, Action<string> addError)
    {
        if (share != RuleShare && !ConfigurationValues.Share(share, out _, out Problem? problem))
        {
            addError($"--fast: {problem.AsClause}, or {RuleShare} for what its rule says");
        }
    }
}
