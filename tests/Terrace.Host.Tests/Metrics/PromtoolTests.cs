using System.Text;
using Terrace.Host.Metrics;
using Terrace.Host.Tests.Metrics;

namespace Terrace.Cli.Tests.Metrics;

/// <summary>
/// The metrics page before a judge that is not ours: <c>promtool check metrics</c>, which the server's own parser and naming
/// rules are in.
/// </summary>
public sealed class PromtoolTests
{
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

    private static void AssertAccepted(MeasuredDaemon daemon)
    {
        HostProgram verdict = Judge(Encoding.UTF8.GetString(PrometheusText.Of(daemon.Reader.Read())));
        Assert.Equal(("", "", 0), (verdict.Out, verdict.Error, verdict.ExitCode));
    }

    // ./test unpacks it where it is not installed.
    private static HostProgram Judge(string page)
    {
        string unpacked = RepositoryFile.PathOf("artifacts/tools/promtool");
        return HostProgram.RunWith(page, File.Exists(unpacked) ? unpacked : "promtool", "check", "metrics");
    }
}
