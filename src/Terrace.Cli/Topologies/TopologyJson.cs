using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Cli.Topologies;

/// <summary>What <c>terrace topology --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TopologyReport))]
internal sealed partial class TopologyJson : JsonSerializerContext
{
    private static readonly TopologyJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static TopologyJson Indented => s_indented;
}
