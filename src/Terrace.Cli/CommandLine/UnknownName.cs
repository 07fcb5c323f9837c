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

        string suggestion = NearestName.Of(word, names) is { } near ? $"; did you mean {near}?" : "";
        return $"'{word}' is not known{(command is RootCommand ? "" : $" to {command.Name}")}{suggestion}";
    }
}
