using System.CommandLine;

namespace Terrace.Cli.Help;

/// <summary>How help and the manual page write commands, arguments and options. Nothing here asks the host, as completion does.</summary>
internal static class SymbolText
{
    /// <summary>The words that call a command.</summary>
    public static string PathOf(Command command) =>
        command is RootCommand ? "terrace"
        : command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}"
        : $"terrace {command.Name}";

    /// <summary>An argument's name, with dots where several may be given.</summary>
    public static string NameOf(Argument argument)
    {
        string name = argument.HelpName ?? argument.Name;
        return argument.Arity.MaximumNumberOfValues > 1 ? name + "..." : name;
    }

    /// <summary>An argument in a line of usage.</summary>
    public static string UsageOf(Argument argument) =>
        argument.Arity.MinimumNumberOfValues == 0 ? $"[{NameOf(argument)}]" : NameOf(argument);

    /// <summary>What stands for an option's value; null for one that is given or not.</summary>
    public static string? PlaceholderOf(Option option) =>
        option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && option.ValueType != typeof(void)
            ? (option.HelpName ?? "VALUE") + (option.Arity.MaximumNumberOfValues > 1 ? "..." : "")
            : null;

    /// <summary>An option and its value.</summary>
    public static string UsageOf(Option option) => PlaceholderOf(option) is { } value ? $"{option.Name} {value}" : option.Name;

    /// <summary>An option in a list: with its short name, if it has one.</summary>
    public static string LabelOf(Option option) =>
        string.Concat(ShortNamesOf(option).Select(name => name + ", ")) + UsageOf(option);

    /// <summary>Names of one letter.</summary>
    public static IEnumerable<string> ShortNamesOf(Option option) => option.Aliases.Where(name => name.Length == 2 && name[0] == '-');

    /// <summary>What an argument means.</summary>
    public static string MeaningOf(Argument argument) =>
        WithDefault(argument.Description, argument.HasDefaultValue ? argument.GetDefaultValue() : null);

    /// <summary>What an option means. The default of one with a unit is part of its description (<c>OptionParsers.Make</c>).</summary>
    public static string MeaningOf(Option option) =>
        WithDefault(option.Description, PlaceholderOf(option) is not null && option.HasDefaultValue ? option.GetDefaultValue() : null);

    private static string WithDefault(string? description, object? value) =>
        value is string { Length: > 0 } text ? $"{description} [default: {text}]" : description ?? "";
}
