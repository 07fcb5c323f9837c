using System.Text.Json;

namespace Terrace.Host.Tests.Metrics;

/// <summary>
/// The Grafana dashboard, as far as its form matters
/// (grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model).
/// </summary>
internal sealed record Dashboard(JsonElement Root)
{
    public static Dashboard Read()
    {
        using JsonDocument document = JsonDocument.Parse(RepositoryFile.Read("dashboards/terrace.json"));
        return new Dashboard(document.RootElement.Clone());
    }

    public IEnumerable<JsonElement> Panels => Root.GetProperty("panels").EnumerateArray();

    /// <summary>Panels that show something; rows are headings.</summary>
    public IEnumerable<JsonElement> Charts => Panels.Where(panel => panel.GetProperty("type").GetString() != "row");

    public IEnumerable<JsonElement> Variables => Root.GetProperty("templating").GetProperty("list").EnumerateArray();

    public IEnumerable<string> Expressions =>
        Charts.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!);

    public IEnumerable<string> VariableQueries =>
        Variables.Where(variable => variable.GetProperty("type").GetString() == "query")
            .Select(variable => variable.GetProperty("query").GetProperty("query").GetString()!);
}
