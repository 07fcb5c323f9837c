using System.Text.RegularExpressions;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

/// <summary>Whoever reads the page or looks at the dashboard finds the metrics that there are.</summary>
public sealed partial class MetricsDocsTests : IDisposable
{
    private static readonly string[] s_othersLabels = ["le", "instance", "job"];

    private readonly IReadOnlyList<MetricFamily> _families;
    private readonly MeasuredDaemon _daemon = new();

    public MetricsDocsTests()
    {
        _daemon.Book.Publish(MeasuredDaemon.Host, [MeasuredDaemon.Of(MeasuredDaemon.Group)]);
        _families = _daemon.Reader.Read();
    }

    [Fact]
    public void The_table_of_the_page_is_that_of_the_instruments()
    {
        string[] rows =
        [
            .. RepositoryFile.Read("docs/metrics.md").Split('\n').Where(line => line.StartsWith("| `terrace_", StringComparison.Ordinal)),
        ];
        Assert.Equal(_families.Select(Row), rows);
    }

    [Fact]
    public void The_examples_of_the_page_ask_for_metrics_and_labels_that_there_are()
    {
        string[] examples = [.. Example().Matches(RepositoryFile.Read("docs/metrics.md")).Select(match => match.Groups[1].Value)];
        Assert.InRange(examples.Length, 4, 40);
        Assert.All(examples, AssertKnown);
    }

    [Fact]
    public void The_dashboard_asks_for_metrics_and_labels_that_there_are()
    {
        Assert.All(Dashboard.Read().Expressions, AssertKnown);
        Assert.All(Dashboard.Read().VariableQueries, query => AssertKnown(LabelValues().Replace(query, "$1")));
    }

    [Fact]
    public void The_alerts_ask_for_metrics_and_labels_that_there_are()
    {
        string[] rules = RepositoryFile.Read("dashboards/alerts.yaml").Split("- alert: ");
        Assert.InRange(rules.Length, 5, 40);
        Assert.All(rules[1..], AssertKnown);
        Assert.All(rules[1..], rule => Assert.All(Template().Matches(rule).Select(match => match.Groups[1].Value), AssertLabel));
    }

    [Fact]
    public void A_metric_or_label_that_there_is_not_is_found()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertKnown("rate(terrace_group_promoted_total[5m])"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertKnown("sum by (pid) (terrace_group_memory_bytes)"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertKnown("terrace_group_memory_bytes{node=\"0\"}"));
        AssertKnown("histogram_quantile(0.9, sum by (le) (rate(terrace_stall_seconds_bucket[5m])))");
    }

    public void Dispose() => _daemon.Dispose();

    private static string Row(MetricFamily family)
    {
        string unit = family.Unit switch
        {
            "By" => "bytes",
            "s" => "seconds",
            "1" => "0 to 1",
            "" => "",
            _ => "count",
        };
        string labels = string.Join(", ", family.Points[0].Labels.Select(label => $"`{label.Key}`"));
        return $"| `{PrometheusName.Of(family)}` | `{family.Name}` | {PrometheusName.TypeOf(family.Kind)} | {unit} | {labels} | "
            + $"{family.Description} |";
    }

    private void AssertKnown(string expression)
    {
        HashSet<string> names =
        [
            .. _families.SelectMany(
                family => family.Kind == MetricKind.Histogram
                    ? new[] { "_bucket", "_sum", "_count" }.Select(end => PrometheusName.Of(family) + end)
                    : [PrometheusName.Of(family)]),
        ];
        Assert.All(MetricName().Matches(expression).Select(match => match.Value), name => Assert.Contains(name, names));
        Assert.All(Matcher().Matches(expression).Select(match => match.Groups[1].Value), AssertLabel);
        Assert.All(Grouping().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',')), AssertLabel);
    }

    private void AssertLabel(string label)
    {
        HashSet<string> labels =
        [
            .. s_othersLabels,
            .. _families.SelectMany(family => family.Points).SelectMany(point => point.Labels).Select(one => one.Key),
        ];
        Assert.Contains(label.Trim(), labels);
    }

    [GeneratedRegex("terrace_[a-z0-9_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"([a-z_]+)\s*(?:=~|!~|!=|=)\s*""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex Template();

    [GeneratedRegex(@"label_values\((.*), \w+\)")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"```promql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
