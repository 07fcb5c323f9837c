using System.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;

namespace Terrace.Cli.Manual;

/// <summary><c>terrace man</c>: prints the manual pages.</summary>
internal static class ManCommand
{
    private const string Configuration = "terrace.yaml";

    public static Command Create(CliConsole console)
    {
        Argument<string> name = new("PAGE")
        {
            Description = $"terrace or {Configuration}.",
            HelpName = "PAGE",
            DefaultValueFactory = _ => "terrace",
        };
        name.CompletionSources.Add("terrace", Configuration);
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("terrace" or Configuration))
            {
                result.AddError($"there is no page '{result.Tokens[0].Value}'; there are terrace and {Configuration}");
            }
        });
        Command command = new("man", """
            Print a manual page, as man reads it

            Examples:
              terrace man | man -l -
              terrace man terrace.yaml > terrace.yaml.5
            """) { name };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) == Configuration)
            {
                ConfigurationManual.Write(ProgramVersion.Text, console.Out);
            }
            else
            {
                CommandManual.Write((RootCommand)parsed.RootCommandResult.Command, ProgramVersion.Text, console.Out);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
