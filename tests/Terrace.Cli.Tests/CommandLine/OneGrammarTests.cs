using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Terminal;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Cli.Tests.CommandLine;

/// <summary>Units have one grammar: the schema, the configuration file and the command line take the same texts.</summary>
public sealed class OneGrammarTests
{
    private const string Rule = "rules: [{ name: a, match: { user: x }, KEY: VALUE }]";

    // A value of the file, where it is in the schema, and the option that takes the same.
    private static readonly (string File, string Pointer, string? Option)[] s_values =
    [
        ("host: { cpu-limit: VALUE }", "host/cpu-limit", null),
        ("host: { headroom: VALUE }", "host/headroom", "--headroom"),
        ("host: { rate-limit: VALUE }", "host/rate-limit", "--rate-limit"),
        ("host: { interval: VALUE }", "host/interval", "--interval"),
        ("host: { scans: VALUE }", "host/scans", "--scans"),
        ("host: { tiers: VALUE }", "host/tiers", "--tiers"),
        ("host: { max-stall: VALUE }", "host/max-stall", null),
        ("host: { back-off: { cpu: VALUE } }", "host/back-off/cpu", null),
        ("host: { back-off: { max-hold: VALUE } }", "host/back-off/max-hold", null),
        (Rule.Replace("KEY", "fast", StringComparison.Ordinal), "rules/fast", "--fast"),
        (Rule.Replace("KEY", "min", StringComparison.Ordinal), "rules/min", null),
        (Rule.Replace("KEY", "rate-limit", StringComparison.Ordinal), "rules/rate-limit", "--rate-limit"),
        (Rule.Replace("KEY", "interval", StringComparison.Ordinal), "rules/interval", "--interval"),
        (Rule.Replace("KEY", "max-stall", StringComparison.Ordinal), "rules/max-stall", null),
    ];

    private static readonly string[] s_numbers =
        ["0", "0.0", "1", "1.5", ".5", "40", "100", "0.4", "007", "99999999999", "1.", "1..2", "-3", "1e3"];

    private static readonly string[] s_units =
    [
        "", "B", "K", "Ki", "KiB", "kb", "G", "GiB", "Gib", "Gbit", "MiB/s", "M/s", "M / s", "/s", "%", "%%", "us", "\u00b5s", "\u03bcs",
        "ms", "s", "S", "sec", "m", "min", "h", "d", "D", "x", "off",
    ];

    private static readonly JsonElement s_schema = JsonDocument.Parse(
        Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.schema.json")).RootElement;

    private static readonly Dictionary<string, Option> s_options =
        TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null))
            .Subcommands.Single(command => command.Name == "run")
            .Options.ToDictionary(option => option.Name);

    private static readonly Gen<string> s_quantity =
        from number in Gen.Elements(s_numbers)
        from gap in Gen.Elements("", " ")
        from unit in Gen.Elements(s_units)
        select $"{number}{(unit.Length > 0 ? gap : "")}{unit}";

    private static readonly Gen<string> s_text =
        from first in s_quantity
        from joint in Gen.Elements("", "", "", " ", "..", "...", ".. ")
        from second in s_quantity
        from word in Gen.Elements(first, first, joint.Length == 0 ? first : first + joint + second, "off", "auto", "AUTO")
        select word;

    [Property(MaxTest = 2000)]
    public Property Schema_file_and_command_line_agree_on_every_value() => Prop.ForAll(s_text.ToArbitrary(), text =>
    {
        foreach ((string file, string pointer, string? option) in s_values)
        {
            ConfigurationFile.Parse(
                "f", file.Replace("VALUE", text, StringComparison.Ordinal), out IReadOnlyList<ConfigurationProblem> problems);
            Assert.True(problems.Count <= 1, $"{pointer}: {text}");
            string? fromFile = problems.Count == 0 ? null : problems[0].Problem.AsClause;
            bool onlyItsValue = fromFile is not null
                && (fromFile.Contains("is out of range", StringComparison.Ordinal)
                    || fromFile.Contains("ends before it begins", StringComparison.Ordinal));
            Assert.True(
                SchemaTakes(pointer, text) ? fromFile is null || onlyItsValue : fromFile is not null,
                $"{pointer}: {text}: {fromFile ?? "good"}");
            if (option is not null && !text.StartsWith('-'))
            {
                // The example is the option's own default.
                Assert.Equal(WithoutExample(fromFile), WithoutExample(FromCommandLine(option, text)));
            }
        }
    });

    [Theory]
    [InlineData("host/rate-limit", "256MiB/s", true)]
    [InlineData("host/rate-limit", "256", false)]
    [InlineData("host/interval", "10ms..1h30m", true)]
    [InlineData("host/interval", "10ms...5s", false)]
    [InlineData("host/interval", "10ms..0.5s", true)]
    [InlineData("host/max-stall", "100", false)]
    [InlineData("rules/min", "0", true)]
    [InlineData("rules/min", "40", false)]
    [InlineData("rules/fast", "40 %", true)]
    [InlineData("rules/fast", "0.4", false)]
    public void The_schema_says_so_itself(string pointer, string text, bool taken) => Assert.Equal(taken, SchemaTakes(pointer, text));

    [Theory]
    [InlineData("host: { VALUE }", "scans: \"5\"", "scans: 5", "scans: five", "dry-run: \"true\"", "dry-run: True", "dry-run: yes",
        "back-off: null", "back-off: off", "back-off: never", "back-off:", "back-off: { }", "metrics: 5", "metrics: \"5\"", "metrics: yes",
        "metrics: 127.0.0.1:9464", "metrics: \"[::1]:9464\"", "metrics: localhost:9464", "metrics: /run/terrace/m.sock", "metrics: /run/m/",
        "metrics-names: \"false\"", "kernel: \"leave\"", "tiers: 0/1")]
    [InlineData("rules: [{ match: { user: x }, name: VALUE }]", "a", "true", "\"true\"", "False", "1.5", "\"1.5\"", "-5", "\"-5\"", "5",
        "\"5\"", "1e3", "+7", ".5", "yes", "null", "\"null\"", "\"\"", "\" a\"", "\"a\\u3000\"",
        "\"\\u00a0a\"", "a b", "a:b", "[a]", "{ a: b }")]
    [InlineData("rules: [{ name: a, match: { VALUE } }]", "user: 5", "user: [5, root]", "user: true", "uid: 5", "uid: \"5\"", "uid: 5..7",
        "uid: five", "comm: 1.5", "comm: [true, 7]", "vm: 101", "parent: [1, 2]", "unit: null", "unit: []", "unit: \"\"", "cgroup: x",
        "cgroup: 5", "cgroup: /x", "", "container: { a: b }")]
    [InlineData("rules: [{ name: a, match: { user: x }, VALUE }]", "areas: null", "areas: []", "areas: {}",
        "areas: [{ kind: heap, treat: hot }]",
        "areas: [{ kind: heap }]", "areas: [{ treat: hot }]", "areas: [{ kind: heap, treat: hot, fast: 3% }]",
        "areas: [{ kind: heap, file: x, treat: hot }]", "areas: [{ name: 5, treat: hot }]", "areas: [{ range: 10-20, treat: hot }]",
        "areas: [{ range: 10, treat: hot }]", "weight: \"5\"", "weight: 1.5", "priority: \"-5\"", "priority: -5", "scans: \"5\"",
        "exclude: \"true\"", "exclude: 1", "include-system: FALSE", "per: \"pod\"", "fast: 5", "min: 0", "min: \"0\"")]
    [InlineData("VALUE", "", "host:", "defaults:", "rules:", "rules: []", "rules: {}", "version: 1", "version: \"1\"", "version: 2",
        "host: []")]
    public void Schema_and_file_agree_on_which_kind_of_value_is_taken(string file, params string[] values)
    {
        SchemaCheck schema = new(s_schema);
        Assert.All(values, value =>
        {
            string text = file.Replace("VALUE", value, StringComparison.Ordinal);
            ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
            Assert.True(
                schema.Takes(text) == (problems.Count == 0),
                $"{text}: the check says {(problems.Count == 0 ? "good" : string.Join(", ", problems))}, the schema otherwise");
        });
    }

    // The option in a command of its own: what else "run" wants is not asked.
    private static string? FromCommandLine(string option, string text) =>
        new RootCommand { s_options[option] }.Parse([option, text])
            .Errors.Select(error => error.Message)
            .FirstOrDefault(message => message.StartsWith($"{option}: ", StringComparison.Ordinal))?[$"{option}: ".Length..];

    private static string? WithoutExample(string? problem) =>
        problem is null ? null : Regex.Replace(problem, "write for example [^ ]+", "write for example");

    // As much of JSON Schema as the file's uses for single values, and of how YAML tells numbers from texts.
    private static bool SchemaTakes(string pointer, string text)
    {
        JsonElement at = s_schema;
        foreach (string name in pointer.Split('/'))
        {
            at = Resolve(at);
            at = at.TryGetProperty("items", out JsonElement items) ? items : at;
            at = at.TryGetProperty("oneOf", out JsonElement choices) ? choices[1] : at;
            at = at.GetProperty("properties").GetProperty(name);
        }

        at = Resolve(at);
        string[] types = at.GetProperty("type") is { ValueKind: JsonValueKind.String } one
            ? [one.GetString()!]
            : [.. at.GetProperty("type").EnumerateArray().Select(type => type.GetString()!)];
        if (!Regex.IsMatch(text, "^-?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)(e[0-9]+)?$"))
        {
            return types.Contains("string")
                && (!at.TryGetProperty("pattern", out JsonElement pattern) || Regex.IsMatch(text, pattern.GetString()!));
        }

        double number = double.Parse(text, CultureInfo.InvariantCulture);
        return types.Contains("integer")
            && number == Math.Floor(number)
            && number >= at.GetProperty("minimum").GetDouble()
            && number <= at.GetProperty("maximum").GetDouble();
    }

    private static JsonElement Resolve(JsonElement value) =>
        value.TryGetProperty("$ref", out JsonElement reference)
            ? s_schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..])
            : value;
}
