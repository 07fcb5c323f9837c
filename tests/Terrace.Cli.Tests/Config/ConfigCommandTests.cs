using System.Text.Json;
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
    public void Match_shows_the_first_rule_that_takes_each_process()
    {
        string executable = JsonSerializer.Serialize(Environment.ProcessPath);
        string file = Write(
            $"rules:\n  - {{ name: mine, match: {{ executable: {executable} }}, fast: 40% }}\n  - {{ name: rest, match: {{ executable: "
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

    [Fact]
    public void The_schema_is_json() => JsonDocument.Parse(CommandRun.Of("config", "schema").Out).Dispose();

    private string Write(string text)
    {
        string file = Path.Combine(_folder, "test.yaml");
        File.WriteAllText(file, text);
        return file;
    }
}
