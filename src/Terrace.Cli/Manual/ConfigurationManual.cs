using System.Text.Json;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Cli.Manual;

/// <summary>The page terrace.yaml(5), from the JSON Schema of configuration files and the example.</summary>
internal static class ConfigurationManual
{
    private const string Definitions = "#/$defs/";

    public static void Write(string version, TextWriter output)
    {
        RoffWriter page = new(output);
        using JsonDocument schema = JsonDocument.Parse(Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.schema.json"));
        page.Title("terrace.yaml", 5, $"terrace {version}", "File Formats");
        page.Section("Name");
        page.Line("terrace.yaml - configuration of the Terrace daemon");
        page.Section("Description");
        page.Description($"""
            {ConfigurationFile.StandardPath} says how much fast memory each process gets. It is YAML; JSON works too.
            The first rule that matches a process decides; processes that no rule matches are left alone.
            Check a file before you use it, then make a running daemon read it:

              terrace config check {ConfigurationFile.StandardPath}
              terrace config match {ConfigurationFile.StandardPath}
              terrace reload
            """);
        Properties(page, schema.RootElement, schema.RootElement, "At the top", "", Defaults());
        page.Section("Example");
        page.Verbatim(Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.yaml").TrimEnd('\n').Split('\n'));
        page.Section("See also");
        page.Line("terrace(1)");
    }

    // What holds where a file says nothing, by the path of the key.
    private static Dictionary<string, string> Defaults()
    {
        ConfigurationOutline empty = ConfigurationOutline.Empty;
        Dictionary<string, string> defaults = empty.EffectiveHost().ToDictionary(key => $"host.{key.Key}", key => key.Value.Text);
        RuleOutline rule = new("", "", 0, new Dictionary<string, GivenValue>());
        foreach ((string key, GivenValue value) in empty.EffectiveRule(rule).Where(key => key.Key != "match"))
        {
            defaults.Add($"rules.{key}", defaults.ContainsKey($"host.{key}") && key != "rate-limit" ? "what the host says" : value.Text);
        }

        defaults.Add("rules.exclude", "false");
        defaults.Add("rules.include-system", "false");
        return defaults;
    }

    private static void Properties(
        RoffWriter page, JsonElement schema, JsonElement holder, string heading, string path, Dictionary<string, string> defaults)
    {
        List<(string Name, JsonElement Holder)> nested = [];
        page.Section(heading);
        foreach (JsonProperty property in holder.GetProperty("properties").EnumerateObject())
        {
            JsonElement value = Resolve(schema, property.Value);
            IEnumerable<string> meaning = MeaningOf(property.Value, value);
            page.Term(
                property.Name,
                null,
                defaults.TryGetValue($"{path}.{property.Name}", out string? text) ? meaning.Append($"Default: {text}.") : meaning);
            if (HolderOf(value) is { } inner)
            {
                nested.Add((property.Name, inner));
            }
        }

        // What defaults and rules have in common is described once, with the rules.
        foreach ((string name, JsonElement inner) in nested)
        {
            if (path.Length == 0 && name == "defaults")
            {
                page.Section("Keys of defaults");
                page.Line("The keys of a rule, except name, match, exclude and include-system.");
                continue;
            }

            string nestedPath = path.Length == 0 ? name : $"{path}.{name}";
            Properties(page, schema, inner, $"Keys of {nestedPath}", nestedPath, defaults);
        }
    }

    private static JsonElement? HolderOf(JsonElement value) =>
        value.TryGetProperty("properties", out _) ? value
        : value.TryGetProperty("oneOf", out JsonElement forms)
            ? forms.EnumerateArray().Select(HolderOf).FirstOrDefault(holder => holder is not null)
        : value.TryGetProperty("items", out JsonElement items) && items.TryGetProperty("properties", out _) ? items : null;

    private static JsonElement Resolve(JsonElement schema, JsonElement value) =>
        value.TryGetProperty("$ref", out JsonElement reference)
            ? schema.GetProperty("$defs").GetProperty(reference.GetString()![Definitions.Length..])
            : value;

    private static IEnumerable<string> MeaningOf(JsonElement property, JsonElement resolved)
    {
        if ((Member(property, "description") ?? Member(resolved, "description")) is { } description)
        {
            yield return description.GetString()!;
        }

        if (Member(resolved, "enum") is { } values)
        {
            yield return $"One of {string.Join(", ", values.EnumerateArray().Select(Plain))}.";
        }

        if (Member(resolved, "const") is { } only)
        {
            yield return $"Always {Plain(only)}.";
        }

        // Of what has a unit, only 0 may be a number alone: that is no range.
        if (
            Member(resolved, "minimum") is { } minimum
                && Member(resolved, "maximum") is { } maximum
                && minimum.GetRawText() != maximum.GetRawText())
        {
            yield return $"{minimum} to {maximum}.";
        }

        if (Member(resolved, "type") is { ValueKind: JsonValueKind.String } type && type.GetString() == "boolean")
        {
            yield return "true or false.";
        }

        if (Member(resolved, "examples") is { } examples)
        {
            yield return $"For example {string.Join(", ", examples.EnumerateArray().Select(Plain))}.";
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string Plain(JsonElement value) => value.ToString();
}
