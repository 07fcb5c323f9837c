using System.Text.Json;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Config;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_example_that_is_printed_is_good_when_checked()
    {
        string file = Path.Combine(_folder, "terrace.yaml");
        File.WriteAllText(file, CommandRun.Of("config", "example").Out);
        CommandRun check = CommandRun.Of("config", "check", file);
        Assert.Equal(0, check.ExitCode);
        Assert.Contains("good, 4 rules", check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_is_a_line_of_its_own_and_the_exit_code_says_so()
    {
        string file = Write("rules:\n  - name: a\n    match: { usr: x, user: y }\n    fast: 140%\n");
        CommandRun check = CommandRun.Of("config", "check", file);
        Assert.Equal(78, check.ExitCode);
        Assert.Equal(2, check.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"{file}:3: rules[0].match.usr: is not known here — did you mean 'user'?", check.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:4: rules[0].fast:", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_warns_of_tiers_with_a_node_that_can_never_come_here()
    {
        CommandRun check = CommandRun.Of("config", "check", Write("host: { tiers: 0/1023 }\nrules: []\n"));
        Assert.Equal(0, check.ExitCode);
        Assert.Contains(":1: warning: host.tiers: there is no node 1023, and none can come — ", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Match_shows_the_first_rule_that_takes_each_process()
    {
        string executable = JsonSerializer.Serialize(Environment.ProcessPath);
        string file = Write(
            $"rules:\n  - {{ name: mine, match: {{ executable: {executable} }}, fast: 40%, include-system: true }}\n"
                + $"  - {{ name: rest, match: {{ executable: "
                + $"'*' }}, exclude: true }}\n");
        CommandRun match = CommandRun.Of("config", "match", file, "--json");
        Assert.Equal(0, match.ExitCode);
        string line = Assert.Single(
            match.Out.Split('\n'), line => line.Contains($"\"pid\":{Environment.ProcessId},", StringComparison.Ordinal));
        using JsonDocument document = JsonDocument.Parse(line);
        Assert.Equal("mine", document.RootElement.GetProperty("rule").GetString());
        Assert.Equal("40%", document.RootElement.GetProperty("fast").GetString());
        CommandRun table = CommandRun.Of("config", "match", file);
        Assert.Matches(@$"(?m)^ *{Environment.ProcessId} +mine +40%", table.Out);
        Assert.Contains("matched by 2 rules", table.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero", "/dev/zero: is larger than 4 MiB — is it the right file?")]
    [InlineData("/", "/: is a folder — name the file in it")]
    [InlineData("/nowhere", "/nowhere: there is no such file — give a path, or see terrace config example")]
    public void What_is_no_configuration_is_one_line_and_78(string path, string said)
    {
        foreach (string command in (string[])["check", "match", "show"])
        {
            CommandRun run = CommandRun.Of("config", command, path);
            Assert.Equal((78, said + "\n", ""), (run.ExitCode, run.Error, run.Out));
        }
    }

    [Fact]
    public void Of_many_problems_twenty_lines_are_written_and_how_many_more_there_are()
    {
        string file = Write(
            "rules:\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"- {{ name: r{i}, match: {{ user: x }} }}\n")));
        CommandRun check = CommandRun.Of("config", "check", file);
        string[] lines = check.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((78, 21, "and 2979 more"), (check.ExitCode, lines.Length, lines[^1]));
        Assert.StartsWith($"{file}:3: rules[1].match: matches the same processes as the rule in line 2", lines[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_are_written_and_the_file_is_good_anyway()
    {
        string file = Write("rules:\n- { name: all, match: { command: '*' } }\n- { name: x, match: { user: x } }\n");
        CommandRun check = CommandRun.Of("config", "check", file);
        Assert.Equal((0, $"{file}: good, 2 rules, 2 warnings\n"), (check.ExitCode, check.Out));
        Assert.Contains($"{file}:2: warning: rule 'all': takes every process of the host but PID 1", check.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:3: warning: rule 'x': never applies: rule 'all'", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_the_folder_next_to_the_file_are_checked_shown_and_counted()
    {
        string file = Write("rules:\n- { name: \"null\", match: { uid: 7, comm: [\"~\", 'Null'] }, exclude: false }\n");
        Directory.CreateDirectory(Path.Combine(_folder, "conf.d"));
        string more = Path.Combine(_folder, "conf.d", "10.yaml");
        File.WriteAllText(more, "rules:\n- { name: b, match: { uid: 8 }, fast: 40% }\n");
        Assert.Equal($"{file}: good, 2 rules in 2 files\n", CommandRun.Of("config", "check", file).Out);
        string shown = CommandRun.Of("config", "show", file).Out;
        Assert.Matches($"(?m)^    fast: 40% +# {more}:2$", shown);
        Assert.Matches("(?m)^    weight: 100 +# default$", shown);
        Directory.Delete(Path.Combine(_folder, "conf.d"), recursive: true);
        Assert.Equal($"{file}: good, 2 rules\n", CommandRun.Of("config", "check", Write(shown)).Out);
    }

    [Fact]
    public void Match_names_rules_that_take_nothing()
    {
        string file = Write("rules:\n- { name: nobody-has-it, match: { comm: no-such-comm } }\n");
        CommandRun match = CommandRun.Of("config", "match", file);
        Assert.Contains("nobody-has-it: no process\n0 matched by 1 rule; ", match.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Match_says_of_one_process_what_each_rule_has_against_it()
    {
        string executable = JsonSerializer.Serialize(Environment.ProcessPath);
        string file = Write(
            "rules:\n  - { name: links, match: { executable: /bin/x } }\n  - { name: guests, match: { vm: '*' } }\n"
                + $"  - {{ name: mine, match: {{ executable: {executable} }}, fast: 40%, include-system: true }}\n"
                + "  - { name: rest, match: { executable: '*' } }\n");
        string pid = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        CommandRun match = CommandRun.Of("config", "match", file, "--pid", pid);
        Assert.Equal(0, match.ExitCode);
        Assert.StartsWith(pid + " ", match.Out, StringComparison.Ordinal);
        Assert.EndsWith(
            $"""
              links: no: executable is '{Environment.ProcessPath}', not '/bin/x'
              guests: no: it has no vm
              mine: matches: fast 40%
            1 rule comes after that one and is not asked

            """,
            match.Out,
            StringComparison.Ordinal);
        string[] lines = CommandRun.Of("config", "match", file, "--pid", pid, "--json")
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([false, false, true], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("taken").GetBoolean()));
    }

    [Fact]
    public void What_match_says_of_one_process_fits_the_terminal()
    {
        string file = Write(
            "rules:\n  - { name: a, match: { command: [one that nobody runs here and now, another of the same kind] } }\n");
        using StringWriter writer = new();
        using StringWriter error = new();
        CliConsole console = new(writer, error) { OutIsTerminal = true, ErrorIsTerminal = true, Width = 60 };
        string pid = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, TerraceCommands.Create(console).Parse(["config", "match", file, "--pid", pid]).Invoke());
        Assert.Contains(
            "'another of the same kind'",
            string.Join(' ', writer.ToString().Split('\n', StringSplitOptions.TrimEntries)),
            StringComparison.Ordinal);
        Assert.All(writer.ToString().Split('\n').Concat(error.ToString().Split('\n')), line => Assert.True(line.Length <= 60, line));
    }

    [Theory]
    [InlineData("--pid", "999999999", 66, "there is no process 999999999")]
    [InlineData("--pid", "2x", 2, "'2x' is not a process number")]
    [InlineData("--pid", "0", 2, "'0' is not a process number")]
    public void Match_of_no_process_is_refused(string option, string value, int code, string said)
    {
        CommandRun match = CommandRun.Of("config", "match", Write("rules: []"), option, value);
        Assert.Equal(code, match.ExitCode);
        Assert.Contains(said, match.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_packages_install_manages_nothing_and_is_good()
    {
        string file = Write(CommandRun.Of("config", "example", "--inactive").Out);
        Assert.Equal($"{file}: good, 0 rules\n", CommandRun.Of("config", "check", file).Out);
    }

    [Fact]
    public void The_schema_is_json() => JsonDocument.Parse(CommandRun.Of("config", "schema").Out).Dispose();

    private string Write(string text)
    {
        string file = Path.Combine(_folder, "test.yaml");
        File.WriteAllText(file, text);
        return file;
    }
}
