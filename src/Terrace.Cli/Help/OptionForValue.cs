using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Terrace.Cli.CommandLine;

namespace Terrace.Cli.Help;

/// <summary>
/// An option that was taken for a value: of the option before it (<c>--events --dry-run</c>), or of the command itself
/// (<c>targets --jsno</c>). The library takes both, and then a file is called like an option, or a dry run is none.
/// </summary>
internal static class OptionForValue
{
    /// <summary>What is wrong in one line; null when nothing is.</summary>
    /// <param name="result">What the library made of it.</param>
    /// <param name="args">The words of the command line. What stands behind <c>--</c> may be anything.</param>
    public static string? ProblemOf(ParseResult result, IReadOnlyList<string> args)
    {
        Command command = result.CommandResult.Command;
        HashSet<string> names = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)), "--help", "-h"];
        foreach (OptionResult option in result.CommandResult.Children.OfType<OptionResult>())
        {
            if (option.Tokens.Any(token => names.Contains(token.Value.Split('=')[0])))
            {
                return $"{option.Option.Name} needs a value: {SymbolText.UsageOf(option.Option)}";
            }
        }

        // What behind -- is a command of somebody else's has options of its own.
        IEnumerable<ArgumentResult> arguments = result.CommandResult.Children.OfType<ArgumentResult>()
            .Where(argument => !IsForeign(argument.Argument) && argument.Argument.Name != HelpCommand.Words);
        HashSet<string> before = [.. args.TakeWhile(word => word != "--")];
        return arguments.SelectMany(argument => argument.Tokens)
            .Where(token => before.Contains(token.Value) && IsOption(token.Value))
            .Select(token => UnknownName.Describe(token.Value, command))
            .FirstOrDefault();
    }

    /// <summary>The words of a command of somebody else's, behind <c>--</c>.</summary>
    public static bool IsForeign(Argument argument) => argument.HelpName?.StartsWith("-- ", StringComparison.Ordinal) == true;

    private static bool IsOption(string word) =>
        word.Length > 1 && word[0] == '-' && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
