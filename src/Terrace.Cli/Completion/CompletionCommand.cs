using System.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Completion;

/// <summary><c>terrace completion</c>: what makes a shell complete command lines of terrace.</summary>
internal static class CompletionCommand
{
    private static readonly string[] s_shells = ["bash", "zsh", "fish"];

    public static Command Create(CliConsole console)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish.", HelpName = "SHELL" };
        shell.CompletionSources.Add(s_shells);
        shell.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !s_shells.Contains(result.Tokens[0].Value))
            {
                result.AddError($"there is no completion for '{result.Tokens[0].Value}'; there is one for {string.Join(", ", s_shells)}");
            }
        });
        Command command = new("completion", """
            Print a script that completes command lines with Tab

            It completes commands, options, values, processes and targets.

            Examples:
              source <(terrace completion bash)            # this bash
              terrace completion bash > ~/.local/share/bash-completion/completions/terrace   # every bash
              terrace completion zsh > ~/.zfunc/_terrace   # zsh, with ~/.zfunc in fpath
              terrace completion fish > ~/.config/fish/completions/terrace.fish
            """) { shell };
        command.SetAction(parsed =>
        {
            console.Out.Write(Resource.Read(typeof(Program).Assembly, $"terrace.{parsed.GetValue(shell)}"));
            return ExitCode.Ok;
        });
        return command;
    }
}
