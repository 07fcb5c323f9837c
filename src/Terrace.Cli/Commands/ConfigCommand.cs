using System.CommandLine;
using Terrace.Cli.Configuration;
using Terrace.Cli.Output;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace config</c>: checks configuration files, and prints an example and the schema.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliConsole console)
    {
        Command command = new("config", """
            Checks a configuration of the daemon, or prints an example to begin with.

            Examples:
              terrace config example > terrace.yaml
              terrace config check terrace.yaml
            """);
        Argument<string> file = new("FILE") { Description = "The configuration file.", DefaultValueFactory = _ => ConfigurationFile.StandardPath };
        Command check = new("check", """
            Reads a configuration file and says, line by line, all that is wrong with it.

            Example:
              terrace config check /etc/terrace/terrace.yaml
            """);
        check.Arguments.Add(file);
        check.SetAction(parsed => Check(console, parsed.GetValue(file)!));
        Command example = new("example", "Prints a commented example.\n\nExample:\n  terrace config example > terrace.yaml");
        example.SetAction(_ => Print(console, "terrace.yaml"));
        Command schema = new("schema", "Prints the JSON Schema of configuration files, for editors.\n\nExample:\n  terrace config schema > terrace.schema.json");
        schema.SetAction(_ => Print(console, "terrace.schema.json"));
        command.Subcommands.Add(check);
        command.Subcommands.Add(example);
        command.Subcommands.Add(schema);
        return command;
    }

    private static int Check(CliConsole console, string path)
    {
        DaemonConfiguration? configuration = ConfigurationFile.Load(path, out IReadOnlyList<ConfigurationProblem> problems);
        foreach (ConfigurationProblem problem in problems)
        {
            console.Error.WriteLine(problem);
        }

        if (configuration is null)
        {
            return ExitCode.BadConfiguration;
        }

        console.Out.WriteLine($"{path}: good, {(configuration.Rules.Count == 1 ? "1 rule" : $"{configuration.Rules.Count} rules")}");
        return ExitCode.Ok;
    }

    private static int Print(CliConsole console, string resource)
    {
        using Stream text = typeof(ConfigCommand).Assembly.GetManifestResourceStream(resource)!;
        console.Out.Write(new StreamReader(text).ReadToEnd());
        return ExitCode.Ok;
    }
}
