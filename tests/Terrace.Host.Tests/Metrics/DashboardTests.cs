using System.Text.Json;

namespace Terrace.Host.Tests.Metrics;

public sealed class DashboardTests
{
    private const int Columns = 24;
    private static readonly string[] s_units = ["short", "bytes", "Bps", "percentunit", "s"];

    private readonly Dashboard _dashboard = Dashboard.Read();

    [Fact]
    public void Panels_lie_within_the_grid_and_none_on_another()
    {
        HashSet<(int X, int Y)> taken = [];
        foreach (JsonElement panel in _dashboard.Panels)
        {
            JsonElement at = panel.GetProperty("gridPos");
            (int x, int y, int w, int h) = (
                at.GetProperty("x").GetInt32(),
                at.GetProperty("y").GetInt32(),
                at.GetProperty("w").GetInt32(),
                at.GetProperty("h").GetInt32());
            Assert.True(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= Columns);
            for (int i = 0; i < w * h; i++)
            {
                Assert.True(taken.Add((x + (i % w), y + (i / w))), $"'{panel.GetProperty("title")}' lies on another panel");
            }
        }
    }

    [Fact]
    public void Every_chart_has_a_title_a_meaning_a_unit_and_targets_of_its_own()
    {
        Assert.All(_dashboard.Charts, panel =>
        {
            Assert.Contains(panel.GetProperty("type").GetString(), new[] { "stat", "timeseries" });
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            Assert.NotEmpty(panel.GetProperty("description").GetString()!);
            Assert.Contains(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString(), s_units);
            JsonElement[] targets = [.. panel.GetProperty("targets").EnumerateArray()];
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Length, targets.Select(target => target.GetProperty("refId").GetString()).Distinct().Count());
        });
        Assert.Equal(_dashboard.Panels.Count(), _dashboard.Panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
    }

    [Fact]
    public void The_data_source_is_chosen_by_who_looks()
    {
        Assert.Contains(
            _dashboard.Variables,
            variable => variable.GetProperty("type").GetString() == "datasource"
                && variable.GetProperty("name").GetString() == "datasource");
        Assert.All(
            _dashboard.Charts.Concat(_dashboard.Charts.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
                .Concat(_dashboard.Variables.Where(variable => variable.GetProperty("type").GetString() == "query")),
            user => Assert.Equal("${datasource}", user.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.InRange(_dashboard.Root.GetProperty("schemaVersion").GetInt32(), 36, 41);
    }

    [Fact]
    public void Brackets_of_every_expression_close() =>
        Assert.All(
            _dashboard.Expressions,
            expression => Assert.Equal(
                (expression.Count(letter => letter is '(' or '[' or '{'), 0),
                (expression.Count(letter => letter is ')' or ']' or '}'), expression.Count(letter => letter == '"') % 2)));
}
