using System.CommandLine;
using Terrace.Host.Files;

namespace Terrace.Cli.CommandLine;

/// <summary>Says that a word of a command line is not known, and which one it may have been meant for.</summary>
internal static class UnknownName
{
    /// <summary>Describes it in one line.</summary>
    public static string Describe(string word, Command command)
    {
        IEnumerable<string> names = word.StartsWith('-')
            ? command.Options.Select(option => option.Name).Append("--help")
            : command.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name);
        if (names.Contains(word))
        {
            return $"'{word}' stands before its command; it belongs after it";
        }

        if (!word.StartsWith('-') && command.Subcommands.Count == 0)
        {
            string takes = string.Join(
                ' ', command.Arguments.Where(argument => !argument.Hidden).Select(argument => argument.HelpName ?? argument.Name));
            return $"'{word}' is a word too many; {command.Name} takes {(takes.Length > 0 ? takes : "no words")}";
        }

        string suggestion = NearestName.Of(word, names) is { } near ? $"; did you mean {near}?" : "";
        return $"'{word}' is not known{(command is RootCommand ? "" : $" to {command.Name}")}{suggestion}";
    }
}
