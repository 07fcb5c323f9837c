using System.Globalization;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class ConfigurationSizeTests
{
    [Theory]
    [InlineData("{{ name: r{0}, match: {{ executable: /usr/bin/p{0} }} }}", true)]
    [InlineData("{{ name: r{0}, match: {{ command: \"*app-{0}-x*\", user: redis }} }}", true)]
    [InlineData("{{ name: r{0}, match: {{ user: redis }} }}", false)]
    [InlineData("{{ name: same, match: {{ user: redis }} }}", false)]
    [InlineData("{{ name: r{0}, match: {{ usr: redis }}, fast: 40 }}", false)]
    public void Ten_times_as_many_rules_take_ten_times_as_much(string rule, bool good)
    {
        // The first time also pays for what is set up once.
        BytesOf(rule, 100, good);
        double few = BytesOf(rule, 400, good);
        Assert.InRange(BytesOf(rule, 4000, good) / few, 5, 15);
    }

    [Fact]
    public void Fifteen_thousand_rules_are_read_and_compared_with_each_other()
    {
        DaemonConfiguration? read = ConfigurationFile.Parse(
            "f",
            Text("{{ name: r{0}, match: {{ executable: /usr/bin/p{0} }} }}", 15_000),
            out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        Assert.Equal(15_000, read!.Rules.Count);
        Assert.Empty(RuleShadows.Of(read.Rules, out bool compared));
        Assert.True(compared);
    }

    private static double BytesOf(string rule, int rules, bool good)
    {
        string text = Text(rule, rules);
        long before = GC.GetAllocatedBytesForCurrentThread();
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Equal(good, read is not null);
        if (read is not null)
        {
            // Of programs only that they are not there.
            Assert.All(
                RuleWarnings.Of(read, "/nowhere"),
                warning => Assert.StartsWith("nothing is at '/usr/bin/p", warning.Problem.What, StringComparison.Ordinal));
        }

        Assert.InRange(ConfigurationProblems.Lines(problems).Count(), good ? 0 : 21, 21);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Text(string rule, int rules) =>
        "rules:\n" + string.Concat(
            Enumerable.Range(0, rules).Select(i => "  - " + string.Format(CultureInfo.InvariantCulture, rule, i) + "\n"));
}
