using System.CommandLine;
using System.CommandLine.Help;
using Terrace.Cli.Help;
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
        page.Term(ConfigurationFile.StandardPath, null, ["What the daemon manages, and how: terrace.yaml(5)."]);
        page.Term(DaemonSettings.SocketIn(DaemonSettings.StandardRunFolder), null, ["The daemon's control socket."]);
        page.Term(DaemonSettings.StandardStateFolder, null, ["What outlasts a restart of the daemon."]);
        page.Section("See also");
        page.Line("terrace.yaml(5), numa(7), move_pages(2), systemctl(1)");
    }

    private static void Write(RoffWriter page, Command command, string parent)
    {
        string path = $"{parent} {command.Name}";
        Option[] options = [.. command.Options.Where(option => !option.Hidden && option is not HelpOption)];
        Command[] subcommands = [.. command.Subcommands.Where(subcommand => !subcommand.Hidden)];
        string arguments = string.Concat(
            command.Arguments.Where(argument => !argument.Hidden).Select(argument => " " + SymbolText.UsageOf(argument)));
        page.Subsection(path + (options.Length > 0 ? " [OPTION]..." : "") + arguments);
        page.Description(command.Description ?? "");
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            page.Term(SymbolText.NameOf(argument), null, [SymbolText.MeaningOf(argument)]);
        }

        foreach (Option option in options)
        {
            page.Term(option.Name, SymbolText.PlaceholderOf(option), [SymbolText.MeaningOf(option)]);
        }

        foreach (Command subcommand in subcommands)
        {
            Write(page, subcommand, path);
        }
    }
}
