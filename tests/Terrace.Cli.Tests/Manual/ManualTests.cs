using System.CommandLine;
using System.Text.RegularExpressions;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Manual;

public sealed class ManualTests
{
    [Fact]
    public void The_page_has_every_command_and_option_of_the_program()
    {
        string page = CommandRun.Of("man").Out.Replace("\\-", "-", StringComparison.Ordinal);
        RootCommand root = TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null));
        List<string> missing = [];
        foreach (Command command in root.Subcommands.Where(command => !command.Hidden))
        {
            int start = page.IndexOf($".SS terrace {command.Name}", StringComparison.Ordinal);
            Assert.True(start >= 0, command.Name);
            missing.AddRange(
                All(command)
                    .Where(option => !Regex.IsMatch(page[start..], $@"\\fB(-\w, )?{option}\\fR"))
                    .Select(option => $"{command.Name} {option}"));
        }

        Assert.Empty(missing);
        static IEnumerable<string> All(Command command) =>
            command.Options.Where(option => !option.Hidden)
                .Select(option => option.Name)
                .Where(name => name != "--help")
                .Concat(command.Subcommands.SelectMany(All));
    }

    [Fact]
    public void Defaults_and_examples_are_in_the_page()
    {
        string page = CommandRun.Of("man", "terrace").Out;
        Assert.Contains("[default: /etc/terrace/terrace.yaml]", page, StringComparison.Ordinal);
        Assert.Contains("sudo terrace manage redis\\-server \\-\\-fast 2G", page, StringComparison.Ordinal);
        Assert.Contains("no such process", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_the_sections_that_people_look_for_and_exit_codes_are_terms()
    {
        string page = CommandRun.Of("man").Out;
        Assert.All(
            ["OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"],
            section => Assert.Contains($".SH {section}\n", page, StringComparison.Ordinal));
        Assert.Contains(".TP\n\\fB66\\fR\nno such process\n", page, StringComparison.Ordinal);
        Assert.Contains("\\fB\\-f, \\-\\-fast\\fR \\fISHARE\\fR", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu-limit", "3%")]
    [InlineData("max-hold", "1m")]
    [InlineData("fast", "auto")]
    [InlineData("weight", "100")]
    [InlineData("max", "not set")]
    public void The_page_of_the_configuration_has_the_default_of_each_key(string key, string text)
    {
        string page = CommandRun.Of("man", "terrace.yaml").Out.Replace("\\-", "-", StringComparison.Ordinal);
        string term = page[page.IndexOf($"\\fB{key}\\fR", StringComparison.Ordinal)..];
        Assert.Contains($"Default: {text}.", term[..term.IndexOf("\n.", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("terrace")]
    [InlineData("terrace.yaml")]
    public void Groff_formats_the_page_without_a_warning(string page)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, CommandRun.Of("man", page).Out);
            HostProgram groff = HostProgram.Run("groff", "-man", "-Tutf8", "-ww", path);
            Assert.Equal((0, ""), (groff.ExitCode, groff.Error));
            Assert.Contains($"{page} - ", groff.Out, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("host")]
    [InlineData("cpu-limit")]
    [InlineData("executable")]
    [InlineData("best-effort")]
    [InlineData("memfd")]
    [InlineData("guest-ram")]
    public void The_page_of_the_configuration_has_its_keys_and_values(string word) =>
        Assert.Contains(
            word, CommandRun.Of("man", "terrace.yaml").Out.Replace("\\-", "-", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void No_line_of_a_text_becomes_a_request_of_roff()
    {
        using StringWriter text = new();
        new Terrace.Cli.Manual.RoffWriter(text).Description(".de evil\n'so /etc/passwd\na\\b");
        Assert.Equal(".PP\n\\&.de evil\n\\&\\(aqso /etc/passwd\na\\eb\n", text.ToString());
    }

    [Fact]
    public void A_page_that_is_not_there_is_refused_by_name() =>
        Assert.Contains("'nonsense'", CommandRun.Of("man", "nonsense").Error, StringComparison.Ordinal);
}
