using System.CommandLine;
using System.CommandLine.Parsing;

namespace Terrace.Cli.Help;

/// <summary>
/// Says in our words what the library says in its own: that something is missing, or given twice. A message that is ours already,
/// or that is not known here, stays as it is.
/// </summary>
internal static class MissingWord
{
    /// <summary>Describes an error of a command line of <paramref name="command"/>.</summary>
    public static string Describe(ParseError error, Command command)
    {
        string message = error.Message;
        string name = Quoted(message);
        Option? option = command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
        if (Begins("Required argument missing for option: ") && option is not null)
        {
            return $"{option.Name} needs a value: {SymbolText.UsageOf(option)}";
        }

        if (Begins("Option ") && message.Contains(" is required", StringComparison.Ordinal) && option is not null)
        {
            return $"{SymbolText.UsageOf(option)} is missing";
        }

        if (Begins("Option ") && message.Contains(" expects a single argument but ", StringComparison.Ordinal))
        {
            return $"{name} takes one value and was given several";
        }

        // "terrace -V topology": to show the version is all that a line can ask for.
        if (message.Contains(" cannot be combined with other arguments", StringComparison.Ordinal))
        {
            return $"{message.Split(' ')[0].Trim('\'')} stands alone: leave the other words out";
        }

        if (Begins("Required argument ") && message.Contains("missing for command: ", StringComparison.Ordinal))
        {
            Argument? argument = error.SymbolResult is ArgumentResult { Argument: { } one } ? one : command.Arguments.FirstOrDefault();
            return argument is null ? "a word is missing" : $"{SymbolText.NameOf(argument)} is missing";
        }

        return Begins("Required command was not provided")
            ? $"the command is not complete; {SymbolText.PathOf(command)} takes one of "
                + string.Join(", ", command.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name))
            : message;

        bool Begins(string words) => message.StartsWith(words, StringComparison.Ordinal);
    }

    // The first word in single quotes.
    private static string Quoted(string message) => message.Split('\'') is [_, var word, ..] ? word : "";
}
