using System.Text;
using System.Text.RegularExpressions;
using Terrace.Host.Metrics;
using Terrace.Host.Tests.Metrics;

namespace Terrace.Cli.Tests.Metrics;

/// <summary>
/// The metrics page and the alert rules before a judge that is not ours: promtool, which the server's own parser, naming rules and
/// evaluation are in.
/// </summary>
public sealed partial class PromtoolTests
{
    private const string Alerts = "dashboards/alerts.yaml";
    private const string AlertsTest = "tests/Terrace.Host.Tests/Metrics/alerts-test.yaml";

    // ./test unpacks it where it is not installed.
    private static string Promtool
    {
        get
        {
            string unpacked = RepositoryFile.PathOf("artifacts/tools/promtool");
            return File.Exists(unpacked) ? unpacked : "promtool";
        }
    }

    [Fact]
    public void A_daemon_with_several_groups_has_a_page_without_a_fault()
    {
        using MeasuredDaemon daemon = new();
        daemon.Run(20, busy: 0.3);
        GroupFigures[] groups =
        [
            MeasuredDaemon.Of(MeasuredDaemon.Group),
            MeasuredDaemon.Of("web guests:größe", 0.9),
            MeasuredDaemon.Of("a\\b\"c\nd", 0.01),
        ];
        Exposition told = daemon.Scrape(groups);
        Assert.Equal(
            groups.Length, told.Samples.Keys.Count(name => name.StartsWith("terrace_group_budget_bytes{", StringComparison.Ordinal)));
        AssertAccepted(daemon);
    }

    [Fact]
    public void A_daemon_that_manages_nothing_has_a_page_without_a_fault()
    {
        using MeasuredDaemon daemon = new();
        daemon.Scrape();
        AssertAccepted(daemon);
    }

    [Theory]
    [InlineData("# HELP a b\n# TYPE a counter\na 1\n")]
    [InlineData("# TYPE a gauge\na 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\na one\n")]
    public void What_is_wrong_is_found(string page) => Assert.NotEqual(0, Judge(page).ExitCode);

    [Fact]
    public void The_alert_rules_are_without_a_fault() => AssertAccepted(Ask("check", "rules", RepositoryFile.PathOf(Alerts)));

    [Fact]
    public void The_alerts_fire_when_something_is_wrong_and_keep_quiet_otherwise() =>
        Assert.Equal(0, Ask("test", "rules", RepositoryFile.PathOf(AlertsTest)).ExitCode);

    [Fact]
    public void Every_alert_is_seen_firing_and_quiet()
    {
        string[] alerts = [.. AlertName().Matches(RepositoryFile.Read(Alerts)).Select(match => match.Groups[1].Value)];
        string tests = RepositoryFile.Read(AlertsTest);
        Assert.InRange(alerts.Length, 5, 40);
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}, exp_alerts: []", tests, StringComparison.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"alertname=\"{alert}\"", tests, StringComparison.Ordinal));
    }

    private static void AssertAccepted(HostProgram verdict) => Assert.True(verdict.ExitCode == 0, verdict.Out + verdict.Error);

    private static void AssertAccepted(MeasuredDaemon daemon)
    {
        HostProgram verdict = Judge(Encoding.UTF8.GetString(PrometheusText.Of(daemon.Reader.Read())));
        Assert.Equal(("", "", 0), (verdict.Out, verdict.Error, verdict.ExitCode));
    }

    private static HostProgram Judge(string page) => HostProgram.RunWith(page, Promtool, "check", "metrics");

    private static HostProgram Ask(params string[] arguments) => HostProgram.RunWith("", Promtool, arguments);

    [GeneratedRegex(@"^ *- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex AlertName();
}
