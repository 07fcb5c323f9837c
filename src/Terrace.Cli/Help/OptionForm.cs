using System.CommandLine;
using System.CommandLine.Parsing;

namespace Terrace.Cli.Help;

/// <summary>
/// Words of a command line that the library takes in another way than whoever wrote them: a value for an option that takes none, a
/// value behind a colon, and an empty text for a value or a name.
/// </summary>
internal static class OptionForm
{
    /// <summary>What is wrong in one line; null when nothing is.</summary>
    /// <param name="result">What the library made of it.</param>
    /// <param name="args">The words of the command line. What stands behind <c>--</c> may be anything.</param>
    public static string? ProblemOf(ParseResult result, IReadOnlyList<string> args)
    {
        Command command = result.CommandResult.Command;
        IEnumerable<Option> options = command.Options.Concat(result.RootCommandResult.Command.Options);
        return args.TakeWhile(word => word != "--").Select(word => ProblemOf(word, options)).FirstOrDefault(problem => problem is not null)
            ?? EmptyWord(result);
    }

    /// <summary>An empty text where the name of a command belongs: <c>terrace ''</c>; null when there is none.</summary>
    public static string? EmptyCommand(ParseResult result, IReadOnlyList<string> args) =>
        result.CommandResult.Command.Subcommands.Count > 0 && args.TakeWhile(word => word != "--").Any(string.IsNullOrWhiteSpace)
            ? $"the command after {SymbolText.PathOf(result.CommandResult.Command)} has an empty value; write one"
            : null;

    /// <summary>An option that is given or not takes no word after it: <c>run --dry-run true</c> runs true.</summary>
    public static void TakeNoValues(Command command)
    {
        foreach (Option flag in command.Options.Where(option => option.ValueType == typeof(bool)))
        {
            flag.Arity = ArgumentArity.Zero;
        }

        foreach (Command subcommand in command.Subcommands)
        {
            TakeNoValues(subcommand);
        }
    }

    private static string? ProblemOf(string word, IEnumerable<Option> options)
    {
        int end = word.StartsWith('-') ? word.AsSpan().IndexOfAny('=', ':') : -1;
        if (end < 0 || options.FirstOrDefault(option => IsNamed(option, word[..end])) is not { } option)
        {
            return null;
        }

        return SymbolText.PlaceholderOf(option) is null
            ? $"{word[..end]} takes no value; leave '{word[end..]}' out"
            : word[end] == ':' ? $"'{word}': a value stands behind a space or '='; write {word[..end]} {word[(end + 1)..]}"
            : null;
    }

    private static bool IsNamed(Option option, string name) => option.Name == name || option.Aliases.Contains(name);

    private static string? EmptyWord(ParseResult result)
    {
        foreach (OptionResult option in result.CommandResult.Children.OfType<OptionResult>())
        {
            if (option.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                return $"{option.Option.Name} has an empty value; write {SymbolText.UsageOf(option.Option)}";
            }
        }

        // Of a command of somebody else's only its name is ours to judge.
        return result.CommandResult.Children.OfType<ArgumentResult>()
            .Where(argument => argument.Tokens.Take(OptionForValue.IsForeign(argument.Argument) ? 1 : int.MaxValue)
                .Any(token => string.IsNullOrWhiteSpace(token.Value)))
            .Select(argument => $"{SymbolText.NameOf(argument.Argument)} has an empty value; write one")
            .FirstOrDefault();
    }
}
