using System.Text.RegularExpressions;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class ConfigurationOutlineTests
{
    private const string Text = """
        host: { cpu-limit: 5%, kernel: cooperate, back-off: { cpu: off }, metrics: "127.0.0.1:9464" }
        defaults: { weight: 50, scans: 7 }
        rules:
          - { name: a, match: { user: [x, "y *"], not: { command: "*: #1" } }, fast: 40%, weight: 60 }
          - { name: never, match: { user: z }, exclude: true }
        """;

    [Fact]
    public void Every_value_is_shown_with_where_it_comes_from()
    {
        string text = EffectiveText.Of(Read(Text).Outline);
        Assert.Equal("5% f:1", Shown(text, "cpu-limit"));
        Assert.Equal("256MiB/s default", Shown(text, "  rate-limit"));
        Assert.Equal("true f:1", Shown(text, "  share-heat"));
        Assert.Equal("off f:1", Shown(text, "    cpu"));
        Assert.Equal("10% default", Shown(text, "    memory"));
        Assert.Equal("60 f:4", Shown(text, "    weight"));
        Assert.Equal("7 f:2", Shown(text, "    scans"));
        Assert.Equal("0 default", Shown(text, "    priority"));
        Assert.Equal("not set default", Shown(text, "    # max"));
        Assert.EndsWith("exclude: true", Regex.Replace(text.TrimEnd(), " *#[^#]*$", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Text)]
    [InlineData("version: 1")]
    [InlineData("host: { back-off: off }")]
    [InlineData(null)]
    public void What_is_shown_is_a_configuration_that_means_the_same(string? text)
    {
        DaemonConfiguration first = Read(text ?? ConfigurationExample.Text);
        DaemonConfiguration second = Read(EffectiveText.Of(first.Outline));
        Assert.Empty(ConfigurationDiff.Between(first.Outline, second.Outline));
        Assert.Equal(first.Tiering, second.Tiering);
        Assert.Equal(first.Rules.Select(rule => rule.Match.Canonical), second.Rules.Select(rule => rule.Match.Canonical));
        Assert.Equal(Said(first), Said(second));

        // Of a rule that excludes, the rest has no meaning and is not shown.
        static IEnumerable<object> Said(DaemonConfiguration configuration) => configuration.Rules.Select(
            rule => rule.Exclude
                ? (object)rule.Name
                : (rule.Name, rule.Fast, rule.MinBytes, rule.MaxBytes, rule.Weight, rule.Per, rule.BestEffort, rule.Areas.Count));
    }

    [Fact]
    public void Defaults_that_are_shown_are_those_that_hold()
    {
        TargetRule silent = Assert.Single(Read("rules: [{ name: a, match: { user: x } }]").Rules);
        DaemonConfiguration said = Read(EffectiveText.Of(Read("rules: [{ name: a, match: { user: x } }]").Outline));
        TargetRule spoken = Assert.Single(said.Rules);
        Assert.Equal(new DaemonConfiguration().Tiering, said.Tiering);
        Assert.Equal(
            (silent.Fast, silent.Per, silent.MinBytes, silent.MaxBytes), (spoken.Fast, spoken.Per, spoken.MinBytes, spoken.MaxBytes));
        Assert.Equal(
            (silent.Weight, silent.Priority, silent.BestEffort, silent.Tracker),
            (spoken.Weight, spoken.Priority, spoken.BestEffort, spoken.Tracker));
        Assert.Equal(said.Tiering.ScansPerRound, spoken.ScansPerRound);
        Assert.Equal((said.Tiering.MinInterval, said.Tiering.MaxInterval), spoken.Interval);
        Assert.Equal(said.Tiering.MaxStall, spoken.MaxStall);
        Assert.Equal(
            (silent.OverridePlacement, silent.PublishLayout, silent.DryRun),
            (spoken.OverridePlacement, spoken.PublishLayout, spoken.DryRun));
    }

    [Fact]
    public void A_change_is_told_by_what_it_is_and_was()
    {
        const string After = """
            host: { cpu-limit: 3%, kernel: cooperate, back-off: { cpu: off }, metrics: "127.0.0.1:9464" }
            defaults: { weight: 50, scans: 7 }
            rules:
              - { name: new, match: { user: n } }
              - { name: a, match: { user: [x, "y *"], not: { command: "*: #1" } }, fast: 50%, weight: 60 }
            """;
        Assert.Equal(
            [
                "~ host.cpu-limit: 5% -> 3% (f:1)",
                "+ rule new (f:4): match { user: n }",
                "~ rule a: fast: 40% -> 50% (f:5)",
                "- rule never",
            ],
            ConfigurationDiff.Between(Read(Text).Outline, Read(After).Outline));
    }

    [Fact]
    public void Saying_what_holds_anyway_is_no_change_and_another_order_is()
    {
        DaemonConfiguration before = Read("rules:\n- { name: a, match: { user: x } }\n- { name: b, match: { user: y } }");
        DaemonConfiguration after = Read(
            "host: { cpu-limit: 3% }\nrules:\n- { name: b, match: { user: y } }\n- { name: a, match: { user: x }, fast: auto }");
        Assert.Equal(["~ order of rules, from place 1 on: b, a"], ConfigurationDiff.Between(before.Outline, after.Outline));
    }

    private static string Shown(string text, string key)
    {
        Match line = Regex.Match(text, $"(?m)^ *{Regex.Escape(key)}: (?<value>.*?) +# (?<source>[^ ]+)$");
        Assert.True(line.Success, key);
        return $"{line.Groups["value"].Value} {line.Groups["source"].Value}";
    }

    private static DaemonConfiguration Read(string text)
    {
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return read!;
    }
}
