using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Host.Failures;

namespace Terrace.Cli.Help;

/// <summary><c>terrace help</c>: the same as <c>--help</c>, for who types it first.</summary>
internal static class HelpCommand
{
    /// <summary>The name of its argument, which takes words that begin with a dash.</summary>
    public const string Words = "COMMAND";

    private const string ExitCodes = "exit-codes";

    public static Command Create(HelpPrinter help)
    {
        Argument<string[]> words = new(Words)
        {
            Description = "The command, for example tiers online, or one and an option of it. By default all commands are listed.",
            HelpName = "COMMAND",
            Arity = ArgumentArity.ZeroOrMore,
        };
        words.CompletionSources.Add(context => Find(context.ParseResult, context.ParseResult.GetValue(words) ?? [], out _).Subcommands
            .Where(command => !command.Hidden)
            .Select(command => command.Name));
        Command command = new("help", """
            Show the help of a command

            Examples:
              terrace help
              terrace help scan
              terrace help tiers online
              terrace help simulate --for
              terrace help exit-codes
            """) { words };
        command.SetAction(parsed =>
        {
            string[] given = parsed.GetValue(words) ?? [];
            if (given is [ExitCodes])
            {
                help.PrintBlock(parsed.RootCommandResult.Command, "Exit codes:");
                return ExitCode.Ok;
            }

            Command found = Find(parsed, given, out string? unknown);
            if (unknown is not null && given[^1] == unknown && OptionOf(found, unknown) is { } option)
            {
                help.Print(found, option);
                return ExitCode.Ok;
            }

            if (unknown is not null)
            {
                throw new CommandFailure(ExitCode.Usage, UnknownName.Describe(unknown, found), $"see {SymbolText.PathOf(found)} --help");
            }

            help.Print(found);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option? OptionOf(Command command, string word) =>
        command.Options.FirstOrDefault(option => !option.Hidden && (option.Name == word || option.Aliases.Contains(word)));

    // The command that the words lead to, or the one before the first word that nothing knows.
    private static Command Find(ParseResult parsed, string[] words, out string? unknown)
    {
        Command found = parsed.RootCommandResult.Command;
        foreach (string word in words)
        {
            if (found.Subcommands.FirstOrDefault(command => command.Name == word) is not { } next)
            {
                unknown = word;
                return found;
            }

            found = next;
        }

        unknown = null;
        return found;
    }
}
