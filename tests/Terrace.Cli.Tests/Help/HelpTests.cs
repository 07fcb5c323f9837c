using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Terrace.Cli.Completion;
using Terrace.Cli.Help;
using Terrace.Cli.Terminal;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Help;

public sealed partial class HelpTests
{
    private const int Screen = 40;

    public static TheoryData<string> EveryCommand => [.. Tree(Root()).Select(SymbolText.PathOf)];

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void No_line_is_wider_than_100_columns_where_there_is_no_terminal(string path) =>
        Assert.All(HelpOf(path).Split('\n'), line => Assert.InRange(line.Length, 0, 100));

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void No_line_is_wider_than_a_narrow_terminal_and_nothing_is_lost(string path)
    {
        string narrow = HelpOf(path, width: 60);

        // One word alone, such as a path, may be longer.
        IEnumerable<string> lines = narrow.Split('\n').Where(line => line.Trim().Contains(' ', StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 60));
        Assert.Equal(WordsOf(HelpOf(path)), WordsOf(narrow));
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void A_wide_terminal_makes_no_line_wider(string path) => Assert.Equal(HelpOf(path), HelpOf(path, width: 300));

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void Help_says_nothing_of_this_host(string path)
    {
        string help = HelpOf(path);
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string[] own = [pid, Environment.MachineName, Environment.CurrentDirectory, AppContext.BaseDirectory, Path.GetTempPath()];

        // Not what help may say by itself: a short number, or a host that is named by one plain word.
        own = [.. own.Where(value => value.Length >= 5 && !value.All(char.IsAsciiLetter))];
        Assert.NotEmpty(own);
        Assert.All(own, value => Assert.DoesNotMatch($@"(?<!\w){Regex.Escape(value)}(?!\w)", help));
        Assert.DoesNotContain("<", help.Replace("source <(", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void No_help_asks_for_what_completion_offers()
    {
        RootCommand root = Root();
        foreach (Command command in Tree(root))
        {
            foreach (Argument argument in command.Arguments)
            {
                argument.CompletionSources.Clear();
                argument.CompletionSources.Add(_ => throw new InvalidOperationException($"{command.Name} {argument.Name}"));
            }

            foreach (Option option in command.Options)
            {
                option.CompletionSources.Clear();
                option.CompletionSources.Add(_ => throw new InvalidOperationException($"{command.Name} {option.Name}"));
            }
        }

        InvocationConfiguration streams = new() { EnableDefaultExceptionHandler = false };
        Assert.All(Tree(root), command => Assert.Equal(0, root.Parse([.. WordsTo(command), "--help"]).Invoke(streams)));
    }

    [Fact]
    public async Task No_help_asks_the_daemon()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-help-").FullName;
        try
        {
            using Socket daemon = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            daemon.Bind(new UnixDomainSocketEndPoint(DaemonSettings.SocketIn(folder)));
            daemon.Listen();
            foreach (Command command in Tree(Root()).Where(command => command.Options.Any(option => option.Name == "--run-folder")))
            {
                Assert.Equal(0, CommandRun.Of([.. WordsTo(command), "--run-folder", folder, "--help"]).ExitCode);
            }

            Assert.False(daemon.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));

            // The same socket does see a command.
            Task asked = Task.Run(() => CommandRun.Of("status", "--run-folder", folder), TestContext.Current.CancellationToken);
            Assert.True(daemon.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
            daemon.Accept().Dispose();
            await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void Every_command_has_examples_of_itself_that_can_be_parsed(string path)
    {
        IEnumerable<TextBlock> blocks = CommandText.Of(Find(path)).Blocks.Where(block => block.IsExamples);
        string[] examples = [.. blocks.SelectMany(block => block.Lines).Select(CommandLineOf)];
        Assert.NotEmpty(examples);
        Assert.Contains(examples, example => example.StartsWith(path, StringComparison.Ordinal));
        Assert.All(examples, example =>
        {
            SuggestionRequest words = SuggestionRequest.Split(example + " ");
            Assert.Equal("terrace", words.Words[0]);
            ParseResult parsed = Root().Parse([.. words.Words.Skip(1)]);
            Assert.Empty(parsed.Errors);
            Assert.Empty(parsed.UnmatchedTokens);
        });
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void Every_summary_fits_a_line_of_the_list(string path)
    {
        string summary = CommandText.Of(Find(path)).Summary;
        Assert.InRange(summary.Length, 10, path == "terrace" ? 100 : 60);
        Assert.True(char.IsUpper(summary[0]), summary);
        Assert.True(path == "terrace" || !summary.EndsWith('.'), summary);
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void Everything_that_takes_a_value_has_a_name_for_it_and_a_description(string path)
    {
        Command command = Find(path);
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.HelpName), argument.Name));
        Assert.All(command.Arguments, argument => Assert.EndsWith(".", argument.Description, StringComparison.Ordinal));
        IEnumerable<Option> valued = command.Options.Where(option => SymbolText.PlaceholderOf(option) is not null);
        Assert.All(valued, option => Assert.False(string.IsNullOrEmpty(option.HelpName), option.Name));
        Assert.All(command.Options, option => Assert.Matches(@"\.( \[default: [^\]]+\])?$", option.Description ?? ""));
    }

    [Fact]
    public void Every_command_stands_in_one_group()
    {
        GroupedRootCommand root = Root();
        IEnumerable<string> grouped = root.Groups.SelectMany(group => group.Commands).Select(command => command.Name);
        Assert.Equal(root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).Order(), grouped.Order());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(80)]
    public void The_list_of_commands_fits_a_screen_with_a_line_for_each(int width)
    {
        string help = HelpOf("terrace", width);
        Assert.InRange(help.TrimEnd('\n').Split('\n').Length, 20, Screen);
        Assert.All(help.Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.All(
            Root().Subcommands.Where(command => !command.Hidden),
            command => Assert.Matches($@"(?m)^[\w ]+ {command.Name} +{Regex.Escape(CommandText.Of(command).Summary)}$", help));
        Assert.Contains("terrace COMMAND --help", help, StringComparison.Ordinal);
        Assert.Contains("man terrace", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("scan")]
    [InlineData("tiers")]
    [InlineData("tiers online")]
    [InlineData("layout plan")]
    public void Every_way_to_ask_for_help_gives_the_same(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandRun asked = CommandRun.Of([.. words, "--help"]);
        Assert.Equal((0, ""), (asked.ExitCode, asked.Error));
        Assert.Equal(asked, CommandRun.Of([.. words, "-h"]));
        Assert.Equal(asked, CommandRun.Of([.. words, "-?"]));
        Assert.Equal(asked, CommandRun.Of(["help", .. words]));
    }

    [Theory]
    [InlineData("scan --scans nonsense --help")]
    [InlineData("manage --help")]
    [InlineData("explain 1234 --help")]
    public void Help_is_shown_whatever_else_is_wrong(string line)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"Usage: terrace {line.Split(' ')[0]}", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topolgy", "terrace: 'topolgy' is not known; did you mean topology? — see terrace --help")]
    [InlineData("topolgy --help", "terrace: 'topolgy' is not known; did you mean topology? — see terrace --help")]
    [InlineData("help stauts", "terrace: 'stauts' is not known; did you mean status? — see terrace --help")]
    [InlineData("help tiers onlin", "terrace: 'onlin' is not known to tiers; did you mean online? — see terrace tiers --help")]
    [InlineData("tiers isolat", "terrace: 'isolat' is not known to tiers; did you mean isolate? — see terrace tiers --help")]
    [InlineData("scan 1 --topp 1", "terrace: '--topp' is not known to scan; did you mean --top? — see terrace scan --help")]
    [InlineData("--verison", "terrace: '--verison' is not known; did you mean --version? — see terrace --help")]
    [InlineData("xyzzy", "terrace: 'xyzzy' is not known — see terrace --help")]
    public void A_word_that_is_not_known_gets_one_line_with_the_nearest_name(string line, string said)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
        Assert.Equal(said + "\n", run.Error);
    }

    [Fact]
    public void A_path_that_begins_with_a_slash_is_no_question_for_help() =>
        Assert.DoesNotContain("Usage:", CommandRun.Of("config", "check", "/?").Out, StringComparison.Ordinal);

    private static GroupedRootCommand Root() =>
        (GroupedRootCommand)TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null));

    private static IEnumerable<Command> Tree(Command command) => command.Subcommands.SelectMany(Tree).Prepend(command);

    private static IEnumerable<string> WordsTo(Command command) => SymbolText.PathOf(command).Split(' ').Skip(1);

    private static Command Find(string path) => Tree(Root()).Single(command => SymbolText.PathOf(command) == path);

    private static string HelpOf(string path, int? width = null)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliConsole console = new(output, error) { OutIsTerminal = width is not null, Width = width ?? 20 };
        Assert.Equal(0, TerraceCommands.Run([.. path.Split(' ').Skip(1), "--help"], console));
        Assert.Equal("", error.ToString());
        return output.ToString();
    }

    // A comment may stand above its command, and a command may continue after a backslash.
    private static IEnumerable<string> WordsOf(string help) =>
        Word().Matches(help).Select(match => match.Value).Where(word => word is not ("\\" or "#")).Order(StringComparer.Ordinal);

    // What a person would paste, with the shell's part of it done.
    private static string CommandLineOf(string example)
    {
        int comment = example.IndexOf("  # ", StringComparison.Ordinal);
        string line = (comment < 0 ? example : example[..comment]).Trim();
        line = Substitution().Replace(line, "1234");
        line = line.StartsWith("source <(", StringComparison.Ordinal) ? line["source <(".Length..^1] : line;
        line = line.Split(" > ")[0].Split(" | ")[0];
        return line.StartsWith("sudo ", StringComparison.Ordinal) ? line["sudo ".Length..] : line;
    }

    [GeneratedRegex(@"\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\$\([^)]+\)")]
    private static partial Regex Substitution();
}
