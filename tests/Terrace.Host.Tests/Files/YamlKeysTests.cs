using System.Text.Json;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Files;

public sealed class YamlKeysTests
{
    [Fact]
    public void Every_key_of_the_schema_is_known_and_what_has_keys_below_it_too()
    {
        using JsonDocument schema = JsonDocument.Parse(Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.schema.json"));
        (string Key, JsonElement Value)[] keys = [.. KeysIn(schema.RootElement)];
        Assert.All(keys, one => Assert.True(YamlKeys.IsKnown(one.Key), one.Key));
        Assert.All(
            keys.Where(one => one.Value.TryGetProperty("properties", out _)), one => Assert.True(YamlKeys.IsSection(one.Key), one.Key));
        Assert.True(keys.Length > 80);
    }

    [Fact]
    public void What_other_programs_call_a_key_leads_to_one_that_there_is()
    {
        Assert.All(["program", "Binary", "ppid", "service"], word => Assert.True(YamlKeys.IsKnown(YamlKeys.MeantBy(word)!)));
        Assert.Null(YamlKeys.MeantBy("executable"));
    }

    private static IEnumerable<(string Key, JsonElement Value)> KeysIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(
            member => member.Name == "properties"
                ? member.Value.EnumerateObject().SelectMany(
                    key => KeysIn(key.Value).Prepend((key.Name, key.Value)))
                : KeysIn(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(KeysIn),
        _ => [],
    };
}
