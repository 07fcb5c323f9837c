using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Host.Failures;

namespace Terrace.Cli.Help;

/// <summary><c>terrace help</c>: the same as <c>--help</c>, for who types it first.</summary>
internal static class HelpCommand
{
    public static Command Create(HelpPrinter help)
    {
        Argument<string[]> words = new("COMMAND")
        {
            Description = "The command, for example tiers online. By default all commands are listed.",
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
            """) { words };
        command.SetAction(parsed =>
        {
            Command found = Find(parsed, parsed.GetValue(words) ?? [], out string? unknown);
            if (unknown is not null)
            {
                throw new CommandFailure(ExitCode.Usage, UnknownName.Describe(unknown, found), $"see {SymbolText.PathOf(found)} --help");
            }

            help.Print(found);
            return ExitCode.Ok;
        });
        return command;
    }

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
