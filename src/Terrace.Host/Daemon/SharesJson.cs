using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Host.Daemon;

/// <summary>The daemon's file of shares that were set, compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SharesJson : JsonSerializerContext
{
    private static readonly SharesJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static SharesJson Indented => s_indented;
}
