using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Cli.Tiers;

/// <summary>
/// What <c>terrace tiers --json</c> writes and the record of isolation, compiled: members in camelCase, absent facts are null.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TiersReport))]
[JsonSerializable(typeof(HotplugReport))]
[JsonSerializable(typeof(IsolationReport))]
[JsonSerializable(typeof(IsolationRecord))]
internal sealed partial class TiersJson : JsonSerializerContext
{
    private static readonly TiersJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static TiersJson Indented => s_indented;
}
