using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Terrace.Host.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Terrace.Cli.Tests.CommandLine;

/// <summary>As much of JSON Schema as the configuration's uses, and of how YAML tells numbers, truth values and null from texts.</summary>
internal sealed class SchemaCheck(JsonElement root)
{
    /// <summary>True when the schema takes a YAML text.</summary>
    public bool Takes(string text)
    {
        Assert.True(YamlFile.TryParse("f", text, out YamlNode? node, out _), text);
        return Takes(root, node ?? new YamlScalarNode(""));
    }

    private bool Takes(JsonElement schema, YamlNode node) => schema.EnumerateObject().All(rule => rule.Name switch
    {
        "$ref" => Takes(root.GetProperty("$defs").GetProperty(rule.Value.GetString()!["#/$defs/".Length..]), node),
        "type" => Words(rule.Value).Any(type => IsOf(type, node)),
        "enum" => rule.Value.EnumerateArray().Any(value => Is(value, node)),
        "const" => Is(rule.Value, node),
        "oneOf" => rule.Value.EnumerateArray().Count(one => Takes(one, node)) == 1,
        "allOf" => rule.Value.EnumerateArray().All(one => Takes(one, node)),
        "pattern" => TypeOf(node) != "string" || Regex.IsMatch(TextOf(node), rule.Value.GetString()!),
        "minLength" => TypeOf(node) != "string" || TextOf(node).Length >= rule.Value.GetInt32(),
        "minimum" => NumberOf(node) is not { } number || number >= rule.Value.GetDouble(),
        "maximum" => NumberOf(node) is not { } number || number <= rule.Value.GetDouble(),
        "minItems" => node is not YamlSequenceNode list || list.Children.Count >= rule.Value.GetInt32(),
        "items" => node is not YamlSequenceNode list || list.All(item => Takes(rule.Value, item)),
        "minProperties" => node is not YamlMappingNode mapping || mapping.Children.Count >= rule.Value.GetInt32(),
        "required" => node is not YamlMappingNode mapping
            || Words(rule.Value).All(key => mapping.Children.ContainsKey(new YamlScalarNode(key))),
        "properties" => node is not YamlMappingNode mapping || mapping.All(
            one => !rule.Value.TryGetProperty(TextOf(one.Key), out JsonElement known) || Takes(known, one.Value)),
        "additionalProperties" => node is not YamlMappingNode mapping
            || mapping.All(one => schema.GetProperty("properties").TryGetProperty(TextOf(one.Key), out _)),
        "$schema" or "$defs" or "title" or "description" or "examples" => true,
        _ => throw new NotSupportedException(rule.Name),
    });

    private static IEnumerable<string> Words(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? [value.GetString()!] : value.EnumerateArray().Select(word => word.GetString()!);

    private static bool IsOf(string type, YamlNode node) =>
        type == "integer" ? NumberOf(node) is { } number && number == Math.Floor(number) : TypeOf(node) == type;

    private static bool Is(JsonElement value, YamlNode node) => value.ValueKind switch
    {
        JsonValueKind.String => TypeOf(node) == "string" && TextOf(node) == value.GetString(),
        JsonValueKind.Number => NumberOf(node) == value.GetDouble(),
        _ => TypeOf(node) == "boolean" && bool.Parse(TextOf(node)) == value.GetBoolean(),
    };

    private static string TypeOf(YamlNode node) => node switch
    {
        YamlMappingNode => "object",
        YamlSequenceNode => "array",
        _ when YamlNull.Is(node) => "null",
        YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Tag.IsEmpty: true } plain =>
            plain.Value is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" ? "boolean"
            : Regex.IsMatch(plain.Value!, @"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$") ? "number" : "string",
        _ => "string",
    };

    private static double? NumberOf(YamlNode node) =>
        TypeOf(node) == "number" ? double.Parse(TextOf(node), CultureInfo.InvariantCulture) : null;

    private static string TextOf(YamlNode node) => ((YamlScalarNode)node).Value ?? "";
}
