using System.Text.Json;

namespace Terrace.Host.Tests.Snapshots;

/// <summary>The keys that a JSON Schema allows, one on a line, with what their values may be.</summary>
internal static class SchemaKeys
{
    // What does not change which files are valid.
    private static readonly string[] s_notes = ["$schema", "$defs", "title", "description", "examples"];

    // What is walked into, or said in the key's own line.
    private static readonly string[] s_walked = ["$ref", "properties", "items", "oneOf", "required", "type"];

    /// <summary>All keys, from the root down, in order of the schema.</summary>
    public static IEnumerable<string> Of(JsonElement schema) => Below(schema, schema, "");

    private static IEnumerable<string> Below(JsonElement root, JsonElement written, string path)
    {
        JsonElement node = Resolve(root, written);
        string[] required = [.. Members(node, "required").Select(name => name.GetString()!)];
        foreach (JsonProperty key in node.TryGetProperty("properties", out JsonElement keys) ? keys.EnumerateObject() : default)
        {
            string own = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
            yield return $"{own}: {ValueOf(root, key.Value)}{(required.Contains(key.Name) ? ", required" : "")}";
            foreach (string line in Below(root, key.Value, own))
            {
                yield return line;
            }
        }

        foreach (string line in node.TryGetProperty("items", out JsonElement items) ? Below(root, items, path + "[]") : [])
        {
            yield return line;
        }

        foreach (string line in Members(node, "oneOf").SelectMany(one => Below(root, one, path)))
        {
            yield return line;
        }
    }

    private static string ValueOf(JsonElement root, JsonElement written)
    {
        JsonElement node = Resolve(root, written);
        string type = node.TryGetProperty("type", out JsonElement types)
            ? types.ValueKind == JsonValueKind.Array ? string.Join(" or ", types.EnumerateArray()) : types.GetString()!
            : string.Join(" or ", Members(node, "oneOf").Select(one => ValueOf(root, one)));
        string items = node.TryGetProperty("items", out JsonElement item) ? $"of {ValueOf(root, item)}" : "";
        IEnumerable<string> limits = node.EnumerateObject()
            .Where(member => !s_notes.Contains(member.Name) && !s_walked.Contains(member.Name))
            .Select(member => $"{member.Name} {member.Value.GetRawText()}");
        return string.Join(' ', limits.Prepend(items).Prepend(type).Where(word => word.Length > 0));
    }

    private static JsonElement.ArrayEnumerator Members(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : default;

    private static JsonElement Resolve(JsonElement root, JsonElement node) => node.TryGetProperty("$ref", out JsonElement reference)
        ? root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..])
        : node;
}
