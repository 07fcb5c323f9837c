using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Property]
    public bool Any_group_name_survives_the_format(string? name)
    {
        using MeasuredDaemon daemon = new();
        string group = new([.. (name ?? "").Where(letter => !char.IsSurrogate(letter)).Take(200)]);
        return daemon.Scrape(MeasuredDaemon.Of(group)).Samples.ContainsKey(
            $"terrace_group_budget_bytes{{group={group},rule=rule of {group}}}");
    }

    [Theory]
    [InlineData("a\\b\"c\nd", "a\\\\b\\\"c\\nd")]
    [InlineData("web guests:größe", "web guests:größe")]
    public void Label_values_are_escaped(string value, string written) =>
        Assert.Contains(
            $"x{{a=\"{written}\"}} 1\n",
            Text(new MetricFamily("x", "", "h", MetricKind.Gauge, [], [new MetricPoint([new("a", value)], 1)])),
            StringComparison.Ordinal);

    [Fact]
    public void Names_have_units_in_words_and_counters_end_with_total()
    {
        Assert.Equal("a_b_bytes", Name("a.b", "By", MetricKind.Gauge));
        Assert.Equal("a_b_bytes_total", Name("a.b", "By", MetricKind.Counter));
        Assert.Equal("a_seconds", Name("a.seconds", "s", MetricKind.Gauge));
        Assert.Equal("a_ratio", Name("a", "1", MetricKind.Gauge));
        Assert.Equal("a_total", Name("a", "{page}", MetricKind.Counter));
    }

    [Fact]
    public void A_histograms_ranges_add_up()
    {
        Exposition told = Exposition.Parse(
            Text(new MetricFamily("x", "s", "h", MetricKind.Histogram, [0.1, 1], [new MetricPoint([], 2.5, [3, 2, 1])])));
        Assert.Equal(
            [3, 5, 6, 6, 2.5],
            new[]
            {
                "x_seconds_bucket{le=0.1}",
                "x_seconds_bucket{le=1}",
                "x_seconds_bucket{le=+Inf}",
                "x_seconds_count",
                "x_seconds_sum",
            }.Select(name => told.Samples[name]));
    }

    [Theory]
    [InlineData("# HELP a b\n# TYPE a gauge\na 1")]
    [InlineData("# TYPE a gauge\na 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\n# HELP a b\n# TYPE a gauge\n")]
    [InlineData("# HELP a b\n# TYPE a counter\na 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\na{x=\"\"\"} 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\na{x=\"\\q\"} 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\nb 1\n")]
    [InlineData("# HELP a b\n# TYPE a gauge\na one\n")]
    [InlineData("# HELP a b\\q\n# TYPE a gauge\na 1\n")]
    [InlineData("# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    public void The_tests_reader_finds_what_a_server_would_stumble_over(string text) =>
        Assert.Throws<FormatException>(() => Exposition.Parse(text));

    private static string Name(string name, string unit, MetricKind kind) =>
        PrometheusName.Of(new MetricFamily(name, unit, "", kind, [], []));

    private static string Text(MetricFamily family) => Encoding.UTF8.GetString(PrometheusText.Of([family]));
}
