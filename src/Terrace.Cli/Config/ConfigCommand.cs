using System.CommandLine;
using System.Globalization;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Config;

/// <summary><c>terrace config</c>: checks and shows configuration files, and prints an example and the schema.</summary>
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
              terrace config show terrace.yaml         # every value, and where it comes from
            """);
        command.Subcommands.Add(CheckCommand(console));
        command.Subcommands.Add(MatchCommand(console));
        command.Subcommands.Add(ShowCommand(console));
        command.Subcommands.Add(ExampleCommand(console));
        Command schema = new(
            "schema",
            "Print the JSON Schema of configuration files, for editors\n\nExample:\n  terrace config schema > terrace.schema.json");
        schema.SetAction(_ => Print(console, Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.schema.json")));
        command.Subcommands.Add(schema);
        return command;
    }

    private static Argument<string> FileArgument() => new("FILE")
    {
        Description = "The configuration file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => ConfigurationFile.StandardPath,
    };

    private static Command CheckCommand(CliConsole console)
    {
        Argument<string> file = FileArgument();
        Command command = new("check", """
            Check a configuration file

            Lists what is wrong with it, and with the files of conf.d next to it, line by line; and warns of rules that will never
            apply on this host.

            Example:
              terrace config check /etc/terrace/terrace.yaml
            """) { file };
        command.SetAction(parsed => Check(console, parsed.GetValue(file)!));
        return command;
    }

    private static Command MatchCommand(CliConsole console)
    {
        Argument<string> file = FileArgument();
        Option<bool> json = new("--json") { Description = "Write one line of JSON for each process that a rule matches." };
        UnitOption<int?> pid = OptionParsers.Make<int?>(
            "--pid",
            "Explain of this process, rule by rule, why it is matched or not.",
            "PID",
            null,
            (text, out value, out problem) =>
            {
                bool read = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
                value = number;
                problem = read ? null : new Problem($"'{text}' is not a process number", "give the number that ps or pidof shows");
                return read;
            });
        pid.CompletionSources.Add(LiveValues.Processes);
        Command command = new("match", """
            Show which running processes each rule matches

            Without root, only your own processes show everything that rules look at.

            Examples:
              sudo terrace config match terrace.yaml
              sudo terrace config match terrace.yaml --pid 1234   # why is it not matched?
            """) { file, pid, json };
        command.SetAction(parsed => Load(console, parsed.GetValue(file)!) is { } configuration
            ? new RuleMatches(console, configuration, parsed.GetValue(json)).Show(pid.In(parsed))
            : ExitCode.BadConfiguration);
        return command;
    }

    private static Command ShowCommand(CliConsole console)
    {
        Argument<string> file = FileArgument();
        Command command = new("show", """
            Show every value of a configuration, and where it comes from

            Writes the configuration as it holds, defaults and the files of conf.d included, as a file that can be read again.
            What a running daemon would change when it reads its file again: terrace reload --dry-run.

            Example:
              terrace config show terrace.yaml
            """) { file };
        command.SetAction(parsed => Load(console, parsed.GetValue(file)!) is { } configuration
            ? Print(console, EffectiveText.Of(configuration.Outline))
            : ExitCode.BadConfiguration);
        return command;
    }

    private static Command ExampleCommand(CliConsole console)
    {
        Option<bool> inactive = new("--inactive") { Description = "With all rules commented out, as packages install it." };
        Command command = new(
            "example", "Print an example with comments\n\nExample:\n  terrace config example > terrace.yaml") { inactive };
        command.SetAction(parsed => Print(
            console, parsed.GetValue(inactive) ? ConfigurationExample.Inactive : ConfigurationExample.Text));
        return command;
    }

    private static int Check(CliConsole console, string path)
    {
        if (Load(console, path) is not { } configuration)
        {
            return ExitCode.BadConfiguration;
        }

        IReadOnlyList<ConfigurationProblem> warnings = [.. OfThisHost(configuration), .. RuleWarnings.Of(configuration)];
        foreach (string line in ConfigurationProblems.Lines(warnings))
        {
            console.Error.WriteLine(line);
        }

        int files = configuration.Rules.Select(rule => rule.File).Append(path).Distinct().Count();
        console.Out.WriteLine(
            $"{path}: good, {Counted.Of(configuration.Rules.Count, "rule")}{(files > 1 ? $" in {files} files" : "")}"
                + (warnings.Count > 0 ? $", {Counted.Of(warnings.Count, "warning")}" : ""));
        return ExitCode.Ok;
    }

    // Not an error: the file may be for another host.
    private static IEnumerable<ConfigurationProblem> OfThisHost(DaemonConfiguration configuration)
    {
        if (configuration.Tiers is null)
        {
            return [];
        }

        try
        {
            TopologyReader reader = new();
            Topology topology = reader.Read().Topology;
            IReadOnlyList<int> possible = reader.ReadPossibleNodes() ?? [.. topology.Nodes.Select(node => node.Id)];
            ConfigurationProblem? problem = configuration.ProblemEverOn(topology, possible) ?? configuration.ProblemOn(topology);
            return problem is not null ? [problem with { IsWarning = true }] : [];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static DaemonConfiguration? Load(CliConsole console, string path)
    {
        DaemonConfiguration? configuration = ConfigurationFile.Load(path, out IReadOnlyList<ConfigurationProblem> problems);
        foreach (string line in ConfigurationProblems.Lines(problems))
        {
            console.Error.WriteLine(line);
        }

        return configuration;
    }

    private static int Print(CliConsole console, string text)
    {
        console.Out.Write(text);
        return ExitCode.Ok;
    }
}
