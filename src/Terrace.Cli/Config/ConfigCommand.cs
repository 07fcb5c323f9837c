using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.Terminal;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Config;

/// <summary><c>terrace config</c>: checks configuration files, and prints an example and the schema.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliConsole console)
    {
        Command command = new("config", """
            Check a configuration of the daemon, or print an example

            Examples:
              terrace config example > terrace.yaml
              terrace config check terrace.yaml
              sudo terrace config match terrace.yaml   # which processes each rule matches now
            """);
        Argument<string> file = new("FILE")
        {
            Description = "The configuration file.",
            HelpName = "FILE",
            DefaultValueFactory = _ => ConfigurationFile.StandardPath,
        };
        Command check = new("check", """
            Check a configuration file

            Lists everything that is wrong with it, line by line.

            Example:
              terrace config check /etc/terrace/terrace.yaml
            """);
        check.Arguments.Add(file);
        check.SetAction(parsed => Check(console, parsed.GetValue(file)!));
        Option<bool> json = new("--json") { Description = "Write one line of JSON for each process that a rule matches." };
        Command match = new("match", """
            Show which running processes each rule matches

            Without root, only your own processes show everything that rules look at.

            Example:
              sudo terrace config match terrace.yaml
            """);
        match.Arguments.Add(file);
        match.Options.Add(json);
        match.SetAction(parsed => Match(console, parsed.GetValue(file)!, parsed.GetValue(json)));
        Command example = new("example", "Print an example with comments\n\nExample:\n  terrace config example > terrace.yaml");
        example.SetAction(_ => Print(console, "terrace.yaml"));
        Command schema = new(
            "schema",
            "Print the JSON Schema of configuration files, for editors\n\nExample:\n  terrace config schema > terrace.schema.json");
        schema.SetAction(_ => Print(console, "terrace.schema.json"));
        command.Subcommands.Add(check);
        command.Subcommands.Add(match);
        command.Subcommands.Add(example);
        command.Subcommands.Add(schema);
        return command;
    }

    private static int Check(CliConsole console, string path)
    {
        if (Load(console, path) is not { } configuration)
        {
            return ExitCode.BadConfiguration;
        }

        console.Out.WriteLine($"{path}: good, {(configuration.Rules.Count == 1 ? "1 rule" : $"{configuration.Rules.Count} rules")}");
        return ExitCode.Ok;
    }

    private static int Match(CliConsole console, string path, bool json)
    {
        if (Load(console, path) is not { } configuration)
        {
            return ExitCode.BadConfiguration;
        }

        ProcessIdentityReader reader = new();
        TextTable table = new("PID", "rule", "fast", "user", "program", "control group");
        int taken = 0;
        int others = 0;
        foreach (int pid in reader.Pids())
        {
            if (reader.Read(pid) is not { } process)
            {
                continue;
            }

            if (configuration.RuleFor(process) is not { } rule)
            {
                others++;
                continue;
            }

            taken++;
            RuleTaking taking = new()
            {
                Pid = pid,
                Rule = rule.Name,
                Fast = rule.Exclude ? "left alone" : rule.Fast.ToString(),
                Process = process,
            };
            if (json)
            {
                console.Out.WriteLine(JsonSerializer.Serialize(taking, RuleTakingJson.Default.RuleTaking));
                continue;
            }

            table.Add(
                $"{pid}",
                rule.Name,
                taking.Fast,
                process.UserName ?? process.UserId ?? "",
                process.Vm is { } vm ? $"guest {vm}" : Path.GetFileName(process.Executable ?? ""),
                process.Cgroup ?? "");
        }

        if (!json)
        {
            if (taken > 0)
            {
                console.Text.Write(table);
            }

            console.Out.WriteLine($"{taken} matched by {configuration.Rules.Count} rules; {others} others are left alone");
        }

        return ExitCode.Ok;
    }

    private static DaemonConfiguration? Load(CliConsole console, string path)
    {
        DaemonConfiguration? configuration = ConfigurationFile.Load(path, out IReadOnlyList<ConfigurationProblem> problems);
        foreach (ConfigurationProblem problem in problems)
        {
            console.Error.WriteLine(problem);
        }

        return configuration;
    }

    private static int Print(CliConsole console, string resource)
    {
        console.Out.Write(Resource.Read(typeof(ConfigurationFile).Assembly, resource));
        return ExitCode.Ok;
    }
}
