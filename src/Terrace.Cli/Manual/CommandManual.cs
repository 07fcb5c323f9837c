using System.CommandLine;
using System.CommandLine.Help;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Help;
using Terrace.Host.Configuration;

namespace Terrace.Cli.Manual;

/// <summary>The page terrace(1), from the same tree of commands that parses command lines and writes their help.</summary>
internal static class CommandManual
{
    private const string ExitCodes = "Exit codes:";

    public static void Write(RootCommand root, string version, TextWriter output)
    {
        RoffWriter page = new(output);
        page.Title("terrace", 1, $"terrace {version}", "User Commands");
        page.Section("Name");
        page.Line("terrace - keep hot pages in fast memory and cold pages in slow memory");
        page.Section("Synopsis");
        page.Line("terrace COMMAND [OPTION]...");
        page.Section("Description");
        CommandText text = CommandText.Of(root);
        page.Line(text.Summary);
        page.Line("The list of commands is below; terrace COMMAND --help shows the same about one.");
        foreach (string paragraph in text.Blocks.Where(block => block.Heading is null).Select(block => block.Lines[0]))
        {
            page.Description(paragraph);
        }

        page.Section("Options");
        foreach (Option option in root.Options.Where(option => !option.Hidden))
        {
            Write(page, option);
        }

        page.Section("Commands");
        foreach (Command command in root.Subcommands.Where(command => !command.Hidden))
        {
            Write(page, command, "terrace");
        }

        page.Section("Exit status");
        foreach ((string code, string meaning) in text.Blocks.Where(block => block.Heading == ExitCodes).SelectMany(HelpWriter.Entries))
        {
            page.Term(code, null, [meaning]);
        }

        page.Section("Environment");
        page.Term("NO_COLOR", null, ["Not empty: no colour."]);
        page.Term("FORCE_COLOR, CLICOLOR_FORCE", null, ["Not empty, 0 or false: colour in pipes and files too."]);
        page.Term("CLICOLOR", null, ["0: no colour."]);
        page.Term("TERM", null, ["dumb: no colour, and no line of progress."]);
        page.Term(ShareVariable.Name, null, ["Set by terrace run for its command: the share. terrace exercise compares itself with it."]);
        page.Term("OTEL_EXPORTER_OTLP_HEADERS", null, ["And others of OpenTelemetry, for the daemon's otlp: terrace.yaml(5)."]);
        page.Section("Files");
        page.Term(ConfigurationFile.StandardPath, null, ["What the daemon manages, and how: terrace.yaml(5)."]);
        page.Term(DaemonSettings.SocketIn(DaemonSettings.StandardRunFolder), null, ["The daemon's control socket."]);
        page.Term(DaemonSettings.StandardStateFolder, null, ["What outlasts a restart of the daemon."]);
        page.Section("Examples");
        foreach (TextBlock block in text.Blocks.Where(block => block.IsExamples))
        {
            page.Verbatim(block.Lines.Select(line => line[2..]));
        }

        page.Section("See also");
        page.Line("terrace.yaml(5), numa(7), move_pages(2), systemctl(1)");
    }

    private static void Write(RoffWriter page, Option option) => page.Term(
        string.Concat(SymbolText.ShortNamesOf(option).Select(name => name + ", ")) + option.Name,
        SymbolText.PlaceholderOf(option),
        [SymbolText.MeaningOf(option)]);

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
            Write(page, option);
        }

        foreach (Command subcommand in subcommands)
        {
            Write(page, subcommand, path);
        }
    }
}
