using System.CommandLine;
using System.CommandLine.Help;
using Terrace.Host.Configuration;

namespace Terrace.Cli.Manual;

/// <summary>The page terrace(1), from the same tree of commands that parses command lines and writes their help.</summary>
internal static class CommandManual
{
    public static void Write(RootCommand root, string version, TextWriter output)
    {
        RoffWriter page = new(output);
        page.Title("terrace", 1, $"terrace {version}", "User Commands");
        page.Section("Name");
        page.Line("terrace - keep hot pages in fast memory and cold pages in slow memory");
        page.Section("Synopsis");
        page.Line("terrace COMMAND [OPTION]...");
        page.Section("Description");
        page.Description(root.Description ?? "");
        page.Section("Commands");
        foreach (Command command in root.Subcommands.Where(command => !command.Hidden))
        {
            Write(page, command, "terrace");
        }

        page.Section("Files");
        page.Term(ConfigurationFile.StandardPath, null, ["What the daemon shall do: terrace.yaml(5)."]);
        page.Term(DaemonSettings.SocketIn(DaemonSettings.StandardRunFolder), null, ["The daemon's control socket."]);
        page.Term(DaemonSettings.StandardStateFolder, null, ["What lasts over a restart of the daemon."]);
        page.Section("See also");
        page.Line("terrace.yaml(5), numa(7), move_pages(2), systemctl(1)");
    }

    private static void Write(RoffWriter page, Command command, string parent)
    {
        string path = $"{parent} {command.Name}";
        Option[] options = [.. command.Options.Where(option => !option.Hidden && option is not HelpOption)];
        Command[] subcommands = [.. command.Subcommands.Where(subcommand => !subcommand.Hidden)];
        string arguments = string.Concat(command.Arguments.Where(argument => !argument.Hidden).Select(argument => " " + UsageOf(argument)));
        page.Subsection(path + arguments + (options.Length > 0 ? " [OPTION]..." : ""));
        page.Description(command.Description ?? "");
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            page.Term(argument.Name, null, MeaningOf(argument.Description, argument.HasDefaultValue ? argument.GetDefaultValue() : null));
        }

        foreach (Option option in options)
        {
            string? placeholder = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) ? option.HelpName ?? "VALUE" : null;
            page.Term(option.Name, placeholder, MeaningOf(option.Description, placeholder is not null && option.HasDefaultValue ? option.GetDefaultValue() : null));
        }

        foreach (Command subcommand in subcommands)
        {
            Write(page, subcommand, path);
        }
    }

    private static string UsageOf(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string[] MeaningOf(string? description, object? standard) =>
        (standard is string { Length: > 0 } text ? $"{description} [default: {text}]" : description ?? "").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
